// Opening an ingest: look at every input, settle the schema, then hand out batches.

import ColonnadeArrays
package import ColonnadeBase

/// Text or Arrow in, batches out.
package enum Ingest {
  /// Looks at the inputs and settles the schema: the one given, or what the inputs hold, united
  /// by column name. Inputs that can be read twice are looked at whole, so that no later value
  /// fails to fit; of streams the start is looked at, and a later misfit is an error.
  ///
  /// - Parameter rejects: gets bad records in their order; without it the first is an error.
  /// - Throws: `.schemaMismatch` where inputs contradict each other or the schema, besides what
  ///   reading throws.
  package static func open(
    inputs: [IngestInput], options: IngestOptions = IngestOptions(),
    cancellation: Cancellation? = nil,
    rejects: ((BadRecord) throws(ColonnadeError) -> Void)? = nil
  ) throws(ColonnadeError) -> IngestSource {
    guard !inputs.isEmpty else {
      throw ColonnadeError(
        .invalidArgument, "there is no input", hint: "name a file, or - for stdin")
    }
    try options.schema?.validate()
    // Types of several inputs depend on each other.
    var options = options
    if inputs.count > 1 { options.looksAtStartOnly = false }
    var looked: [LookedInput] = []
    for input in inputs {
      try cancellation?.check()
      looked.append(try LookedInput(input, options, cancellation))
    }
    let schema: Schema
    if let given = options.schema {
      schema = given
    } else {
      schema = try SchemaUnion.schema(of: looked)
      try schema.validate()
    }
    var plans: [InputPlan] = []
    for input in looked {
      plans.append(try input.plan(schema, options))
    }
    return IngestSource(
      schema: schema, inputs: looked, plans: plans, options: options,
      cancellation: cancellation, rejects: rejects)
  }
}
