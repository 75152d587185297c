// Values that stand beside a predicate's text instead of inside it. Spec: spec/semantics.md,
// "Parameters".
// Invariants: a value takes the place of its placeholder as a literal of the tree and never as text;
// every placeholder has a value and every value a placeholder.

public import ColonnadeArrays
import ColonnadeBase

/// The value of a placeholder: of `?` and `$1` by its place in the list, of `$name` by its name.
public struct PredicateParameter: Sendable {
  /// Without the `$`; `nil` where parameters are taken in order.
  public var name: String?
  /// A list where the placeholder stands after IN.
  public var value: Value

  public init(_ value: Value, named name: String? = nil) {
    self.value = value
    self.name = name
  }
}

extension PredicateParameter: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
  public init(integerLiteral value: Int64) { self.init(.integer(Int128(value))) }
  public init(floatLiteral value: Double) { self.init(.float(value)) }
  public init(stringLiteral value: String) { self.init(.string(value)) }
  public init(booleanLiteral value: Bool) { self.init(.bool(value)) }
  public init(nilLiteral: ()) { self.init(.null) }
}

/// A placeholder as it stands in a text.
enum Placeholder: Hashable {
  /// `?`
  case next
  /// `$1`
  case number(Int)
  /// `$name`
  case name(String)

  var text: String {
    switch self {
    case .next: "?"
    case .number(let number): "$\(number)"
    case .name(let name): "$\(name)"
    }
  }
}

/// The values given with one text, handed out placeholder by placeholder.
struct PlaceholderValues {
  private let parameters: [PredicateParameter]
  private var isUsed: [Bool]
  private var kind: Placeholder?
  private var nextPlace = 0

  /// - Throws: `.invalidArgument` where some have names and others have none, where two have one
  ///   name, or where a value is outside its type.
  init(_ parameters: [PredicateParameter]) throws(ColonnadeError) {
    self.parameters = parameters
    isUsed = Array(repeating: false, count: parameters.count)
    var names = Set<[UInt8]>()
    for (index, parameter) in parameters.enumerated() {
      if let name = parameter.name, !names.insert(Array(name.utf8)).inserted {
        throw ColonnadeError(.invalidArgument, "two parameters are named '\(name)'")
      }
      if let fault = parameter.value.fault() {
        throw ColonnadeError(
          .invalidArgument,
          "the value of parameter \(parameter.name.map { "'\($0)'" } ?? "\(index + 1)") \(fault)")
      }
    }
    if !names.isEmpty, names.count < parameters.count {
      throw ColonnadeError(
        .invalidArgument, "some parameters have names and others have none",
        hint: "name all of them, for $name, or none, for ? and $1")
    }
  }

  /// The value that takes the place of a placeholder.
  /// - Throws: `.invalidArgument` that points at it.
  mutating func value(
    of placeholder: Placeholder, at range: SourceRange, in source: SourceText
  ) throws(ColonnadeError) -> Value {
    if let kind, !kind.isOfTheKind(of: placeholder) {
      throw source.error(
        "'\(placeholder.text)' stands beside '\(kind.text)'", at: range,
        hint: "write all parameters as ?, all as $1, $2 and so on, or all as $name")
    }
    kind = kind ?? placeholder
    let place: Int?
    switch placeholder {
    case .next:
      place = nextPlace
      nextPlace += 1
    case .number(let number): place = number - 1
    case .name(let name):
      place = parameters.firstIndex { $0.name.map { $0.utf8.elementsEqual(name.utf8) } ?? false }
    }
    guard let place, parameters.indices.contains(place) else {
      throw source.error(
        "the parameter '\(placeholder.text)' has no value", at: range, hint: wayOut)
    }
    if !placeholder.isOfTheKind(of: .name("")), let name = parameters[place].name {
      throw source.error(
        "the parameters have names, and '\(placeholder.text)' has none", at: range,
        hint: "write $\(name)")
    }
    isUsed[place] = true
    return parameters[place].value
  }

  private var wayOut: String {
    if parameters.isEmpty { return "give its value beside the text, or write it in its place" }
    let names = parameters.compactMap(\.name)
    if names.isEmpty { return "\(parameters.count) given, without names" }
    return "those given are " + names.map { "$\($0)" }.joined(separator: ", ")
  }

  /// - Throws: `.invalidArgument` where a value has no placeholder.
  func checkAllUsed() throws(ColonnadeError) {
    guard let index = isUsed.firstIndex(of: false) else { return }
    throw ColonnadeError(
      .invalidArgument,
      "the predicate does not use parameter "
        + (parameters[index].name.map { "'\($0)'" } ?? "\(index + 1)"),
      hint: "leave its value out, or write "
        + (parameters[index].name.map { "$\($0)" } ?? "? or $\(index + 1)") + " where it belongs")
  }
}

extension Placeholder {
  fileprivate func isOfTheKind(of other: Placeholder) -> Bool {
    switch (self, other) {
    case (.next, .next), (.number, .number), (.name, .name): true
    default: false
    }
  }
}

extension Value {
  /// Why a value that came from outside is none that a literal, or a list of them, could have;
  /// `nil` where it is.
  fileprivate func fault(inList: Bool = false) -> String? {
    let greatest = Int128(ExactNumber.power(38)) - 1
    switch self {
    case .integer(let number) where !(-greatest...greatest).contains(number):
      return "has more than 38 digits"
    case .decimal(let unscaled, let scale)
    where !(-greatest...greatest).contains(unscaled) || !(0...38).contains(scale):
      return "has more than 38 digits"
    case .list(let elements):
      if inList { return "is a list in a list" }
      for element in elements {
        if let fault = element.fault(inList: true) { return fault }
      }
      return nil
    case .structure, .map: return "is a struct or a map"
    default: return nil
    }
  }
}
