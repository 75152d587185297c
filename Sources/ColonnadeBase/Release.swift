// Which release this is: the command, the libraries and the packages made of them say the same.

public enum Release {
  /// By semantic versioning; before 1.0.0 the file format is a draft.
  public static let version = "0.1.0"
}
