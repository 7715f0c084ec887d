/**
 * The part of JSONPath that printer columns and field selectors use: `.a.b`, `['a.b']`, `[0]`,
 * `[*]` and `[?(@.type=="Ready")]`.
 */
export interface JsonPath {
  /** All values that the path selects, in document order. */
  evaluate(document: unknown): unknown[]
}

type Step = (values: readonly unknown[]) => unknown[]

/** Compiles a path. @throws SyntaxError naming the unsupported part */
export function compileJsonPath(text: string): JsonPath {
  const steps: Step[] = []
  let rest = text
    .trim()
    .replace(/^\{(.*)\}$/s, '$1')
    .replace(/^\$/, '')
  while (rest !== '') {
    const [step, length] = nextStep(rest, text)
    steps.push(step)
    rest = rest.slice(length)
  }
  return {
    evaluate: (document) => steps.reduce<unknown[]>((values, step) => step(values), [document]),
  }
}

/** The value at a dotted path of plain field names, as used in field selectors. */
export function evaluateFieldPath(document: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => fieldOf(value, name), document)
}

const fieldPattern = /^\.((?:[A-Za-z0-9_$/-]|\\.)+)/
const quoted = /^\.?\[\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*\]/
const indexPattern = /^\.?\[\s*(-?\d+)\s*\]/
const all = /^(?:\.?\[\s*\*\s*\]|\.\*)/
const filter =
  /^\.?\[\?\(\s*@((?:\.[A-Za-z0-9_$/-]+|\['[^']+'\])+)\s*(==|!=)\s*(?:'([^']*)'|"([^"]*)"|([\w.-]+))\s*\)\]/

function nextStep(rest: string, whole: string): [Step, number] {
  let match = fieldPattern.exec(rest)
  if (match) return [fieldStep((match[1] ?? '').replaceAll(/\\(.)/g, '$1')), match[0].length]
  match = quoted.exec(rest)
  if (match) {
    const name = (match[1] ?? match[2] ?? '').replaceAll(/\\(.)/g, '$1')
    return [fieldStep(name), match[0].length]
  }
  match = indexPattern.exec(rest)
  if (match) return [indexStep(Number(match[1])), match[0].length]
  match = all.exec(rest)
  if (match) return [(values) => values.flatMap(children), match[0].length]
  match = filter.exec(rest)
  if (match) return [filterStep(match), match[0].length]
  if (rest === '.') return [(values) => [...values], 1]
  throw new SyntaxError(`the JSON path ${whole} is not supported from "${rest}" on`)
}

function fieldStep(name: string): Step {
  return (values) =>
    values.map((value) => fieldOf(value, name)).filter((value) => value !== undefined)
}

function indexStep(index: number): Step {
  return (values) =>
    values.flatMap((value) => {
      const item: unknown = Array.isArray(value) ? value.at(index) : undefined
      return item === undefined ? [] : [item]
    })
}

function filterStep(match: RegExpExecArray): Step {
  const [, path = '', operator, single, double, bare] = match
  const expected = single ?? double ?? bare ?? ''
  const compiled = compileJsonPath(path)
  return (values) =>
    values.flatMap(children).filter((item) => {
      const [actual] = compiled.evaluate(item)
      return (String(actual) === expected) === (operator === '==')
    })
}

function children(value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  return typeof value === 'object' && value !== null ? Object.values(value) : []
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
}
