/** Thrown when a value violates its schema so badly that its fields cannot be tracked. */
export class TypedValueError extends Error {
  constructor(problems: readonly string[]) {
    const [first = ''] = problems
    super(problems.length === 1 ? first : ['errors:', ...problems.map((p) => `  ${p}`)].join('\n'))
    this.name = 'TypedValueError'
  }
}
