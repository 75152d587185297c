// The text of `--partition-by` and `--sort-by`.

import ColonnadeArrays
import ColonnadeBase
import Testing

@testable import ColonnadeTable

@Suite struct PartitionTextTests {
  private let schema = Schema([
    Field("model", .string), Field("ts", .timestamp(.microsecond, zone: nil)),
    Field("user", .int64), Field("a \"b\", c", .string), Field("größe", .float64),
    Field("tags", .list(Field("element", .string))), Field("month", .int32),
  ]).assigningIDs()

  @Test func readsColumnsAndTransforms() throws {
    let partitioning = try Partitioning(
      parsing: " model, month(ts), bucket(16, user) ,TRUNCATE( 3 , \"a \"\"b\"\", c\" ),month",
      schema: schema)
    #expect(
      partitioning.fields.map(\.transform)
        == [.identity, .month, .bucket(16), .truncate(3), .identity])
    #expect(partitioning.fields.map(\.sourceID) == [1, 2, 3, 4, 8])
    #expect(partitioning.fields.map(\.id) == [1000, 1001, 1002, 1003, 1004])
    #expect(
      partitioning.fields.map(\.name) == [
        "model", "month(ts)", "bucket(16, user)", "truncate(3, \"a \"\"b\"\", c\")", "month",
      ])
    let again = try Partitioning(
      parsing: partitioning.fields.map(\.name).joined(separator: ","), schema: schema)
    #expect(again == partitioning)
    #expect(try Partitioning(parsing: "  ", schema: schema) == Partitioning.none)
  }

  @Test(arguments: [
    ("nothing", ColonnadeError.Kind.schemaMismatch), ("Model", .schemaMismatch),
    ("month(model)", .schemaMismatch), ("hour(user)", .schemaMismatch), ("tags", .schemaMismatch),
    ("bucket(16, größe)", .schemaMismatch), ("model,", .invalidArgument),
    ("model model", .invalidArgument), ("month(ts", .invalidArgument),
    ("bucket(0, user)", .invalidArgument), ("bucket(x, user)", .invalidArgument),
    ("bucket(user)", .invalidArgument), ("week(ts)", .invalidArgument),
    ("model, model", .invalidArgument), ("\"model", .invalidArgument), ("(ts)", .invalidArgument),
    ("bucket(99999999999, user)", .invalidArgument),
  ])
  func refuses(_ text: String, _ kind: ColonnadeError.Kind) {
    #expect {
      _ = try Partitioning(parsing: text, schema: schema)
    } throws: { error in
      let error = error as? ColonnadeError
      return error?.kind == kind && error?.hint != nil || text == "model, model"
    }
  }

  @Test func readsSortOrders() throws {
    let order = try SortOrder(parsing: "model, ts desc, user ASC", schema: schema)
    #expect(order.keys.map(\.sourceID) == [1, 2, 3])
    #expect(order.keys.map(\.isDescending) == [false, true, false])
    #expect(try SortOrder(parsing: "", schema: schema).keys.isEmpty)
    for text in ["tags", "model down", "model, model", "no such column", "ts desc desc"] {
      #expect(throws: ColonnadeError.self) { try SortOrder(parsing: text, schema: schema) }
    }
  }

  @Test func didYouMean() {
    #expect {
      _ = try Partitioning(parsing: "Model", schema: schema)
    } throws: {
      "\($0)".contains("did you mean 'model'?")
    }
  }
}
