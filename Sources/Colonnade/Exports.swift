// The library as its users see it: one import for tables, rows in memory, predicates and the error.
// Everything public of the floors below is public here; nothing else is.

@_exported public import ColonnadeArrays
@_exported public import ColonnadeBase
@_exported public import ColonnadeFormat
@_exported public import ColonnadeIngest
@_exported public import ColonnadeQuery
@_exported public import ColonnadeTable
