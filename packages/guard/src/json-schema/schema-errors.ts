/** A schema that is none, or has a keyword that cannot be enforced. Its message names the place. */
export class SchemaUnusable extends Error {
  override readonly name = 'SchemaUnusable'
}

/** Whether a value fits a schema cannot be known within bounds. */
export class CheckTooCostly extends Error {
  override readonly name = 'CheckTooCostly'

  constructor() {
    super('the value is too large or too deep to be compared with its schema')
  }
}
