import {
  celEnv,
  type CelFunc,
  isCelList,
  isCelMap,
  isCelError,
  parse,
  plan,
  type CelInput,
  type CelResult,
  type CelValue,
} from '@bufbuild/cel'
import { strings } from '@bufbuild/cel/ext'
import type { Range } from './cost/range.ts'
import type { SizeOf } from './cost/estimate-cost.ts'
import { actualCost, type CostedCall } from './actual-cost.ts'
import { CostMeter, WorkMeter } from './cost-meter.ts'
import { costedCalls } from './costed-calls.ts'
import { declareFunctions } from './declarations/functions.ts'
import { toEvaluable } from './evaluable.ts'
import {
  checkExpression,
  type CheckedExpression,
  expressionCost,
  parseExpression,
} from './expression.ts'
import { listLibrary } from './libraries/lists.ts'
import { optionalLibrary } from './libraries/optional.ts'
import { regexLibrary } from './libraries/regex.ts'
import { urlLibrary } from './libraries/urls.ts'
import { appendFunction, chargeFunction, loopFunctions } from './loop-functions.ts'
import { MeteredPatterns } from './metered-patterns.ts'
import { structLibrary } from './struct-value.ts'
import type { CelType } from './types/cel-type.ts'

export type Program = (bindings: Record<string, CelInput>) => CelResult

type Compile = (source: string, variables: ReadonlyMap<string, CelType>) => CheckedExpression

/** What expressions may say beyond what all of an environment may. */
interface Extension {
  /** The types of literals such as `Name{field: 1}`; undefined for names that are no type. */
  readonly structs: (name: string) => CelType | undefined
  /** Signatures of functions of the library, as `declareFunctions` takes them. */
  readonly declarations: readonly string[]
}

/** What expressions are evaluated in; every call is charged for. Not for concurrent use. */
export interface Environment {
  readonly meter: CostMeter
  /**
   * Parses an expression and checks it against the types of its variables.
   * @throws ExpressionError
   */
  compile: Compile
  /** A `compile` for expressions that may say more. */
  extended(extension: Extension): Compile
  program(expression: CheckedExpression): Program
  /** What an evaluation costs by estimate, with what is known of the sizes of variables. */
  estimate(expression: CheckedExpression, sizeOf: SizeOf): Range
  /** Parses an RFC 3339 timestamp; undefined if the string is not one. */
  timestamp(text: string): CelValue | undefined
  /** Parses a duration in Go's format; undefined if the string is not one. */
  duration(text: string): CelValue | undefined
}

/** Calls that read all of their arguments, however deep. */
const deepCalls: ReadonlySet<string> = new Set([
  '_==_',
  '_!=_',
  '@in',
  'indexOf',
  'lastIndexOf',
  'join',
  'sets.contains',
  'sets.equivalent',
  'sets.intersects',
])

/** Calls that do not iterate over their list arguments. */
const constantCalls: ReadonlySet<string> = new Set(['_+_', 'size', appendFunction])

/** Functions beyond those that every environment has. */
export interface Library {
  readonly functions: readonly CelFunc[]
  /** Their signatures, as `declareFunctions` takes them. */
  readonly declarations: readonly (readonly string[])[]
  /**
   * Which costs count: those that cel-go counts, or, by default, one for each call and each step of a
   * loop, and one for every ten characters or each item that a call reads, however deep.
   */
  readonly counting?: 'as cel-go'
}

const noLibrary: Library = { functions: [], declarations: [] }

/** CEL's own functions, those of its string extension, lists, optionals, regexes, URLs, and a library. */
export function createEnvironment(library: Library = noLibrary): Environment {
  const isExact = library.counting === 'as cel-go'
  const meter = isExact ? new CostMeter(undefined, false) : new CostMeter()
  // What a call takes here may be more than what it is said to cost.
  const work = isExact ? new WorkMeter(meter) : meter
  const patterns = new MeteredPatterns(work)
  const plain = celEnv()
  const equalProgram = plan(plain, parse('a == b'))
  const timestampProgram = plan(plain, parse('timestamp(text)'))
  const durationProgram = plan(plain, parse('duration(text)'))
  const env = celEnv({
    funcs: [
      ...strings,
      ...optionalLibrary,
      ...listLibrary((a, b) => equalProgram({ a, b }) === true),
      ...regexLibrary(patterns),
      ...urlLibrary,
      ...structLibrary,
      ...library.functions,
      ...loopFunctions(meter),
    ],
    re2: { compile: (pattern) => patterns.compile(pattern) },
  })
  const metered = withMeter(env, work, patterns)
  const functions = declareFunctions(library.declarations)
  const timestamp = (text: string) => valueOf(timestampProgram({ text }))
  const duration = (text: string) => valueOf(durationProgram({ text }))
  const accepts = {
    duration: (text: string) => duration(text) !== undefined,
    timestamp: (text: string) => timestamp(text) !== undefined,
  }
  return {
    meter,
    compile: (source, variables) =>
      checkExpression(parseExpression(source), { variables, functions }, accepts),
    extended: ({ structs, declarations }) => {
      const all = declareFunctions([...library.declarations, declarations])
      return (source, variables) =>
        checkExpression(parseExpression(source), { variables, functions: all, structs }, accepts)
    },
    program: (expression) => {
      const costed = isExact ? withCosts(metered, meter, costedCalls(expression)) : metered
      const program = plan(costed, toEvaluable(expression, isExact ? 'everything' : 'steps'))
      return (bindings) => program(bindings)
    },
    estimate: (expression, sizeOf) => expressionCost(expression, functions, sizeOf),
    timestamp,
    duration,
  }
}

/** Every character may be replaced, so the result can be as long as the product. */
function growth(text: CelValue | undefined, replacement: CelValue | undefined): number {
  if (typeof text !== 'string' || typeof replacement !== 'string') return 0
  return ((text.length + 1) * replacement.length) / 10
}

/** The text and the pattern are target and argument, or two arguments. */
function chargeMatch(patterns: MeteredPatterns, values: readonly (CelValue | undefined)[]): void {
  const [text, pattern] = values.filter((value) => typeof value === 'string')
  if (text !== undefined && pattern !== undefined) patterns.charge(pattern, text)
}

function valueOf(result: CelResult): CelValue | undefined {
  return isCelError(result) ? undefined : result
}

/** The same environment, with calls charged for, as cel-go does, when they have been made. */
function withCosts(
  env: ReturnType<typeof celEnv>,
  meter: CostMeter,
  costs: ReadonlyMap<number, CostedCall>,
): ReturnType<typeof celEnv> {
  const charge = (_id: number, _target: unknown, [cost]: readonly unknown[]): boolean => {
    meter.charge(Number(cost))
    return true
  }
  const find = (name: string) => {
    const group = env.funcs.find(name)
    if (group === undefined) return undefined
    if (name === chargeFunction)
      return Object.create(group, { call: { value: charge } }) as typeof group
    const call: typeof group.call = (id, target, args) => {
      const result = group.call(id, target, args)
      const costed = costs.get(Number(id))
      if (costed === undefined) return result
      const values = target === undefined ? args : [target, ...args]
      meter.charge(actualCost({ ...costed, name }, values, isCelError(result) ? undefined : result))
      return result
    }
    return Object.create(group, { call: { value: call } }) as typeof group
  }
  const funcs: unknown = Object.create(env.funcs, { find: { value: find } })
  return Object.create(env, { funcs: { value: funcs } }) as typeof env
}

/** The same environment, with every call charged for before it is made. */
function withMeter(
  env: ReturnType<typeof celEnv>,
  meter: CostMeter,
  patterns: MeteredPatterns,
): ReturnType<typeof celEnv> {
  const find = (name: string) => {
    const group = env.funcs.find(name)
    if (group === undefined) return undefined
    const deep = deepCalls.has(name)
    const call: typeof group.call = (id, target, args) => {
      const values = [target, ...args]
      const isLookup = name === '@in' && isCelMap(args[1])
      if (isLookup || (isCelList(args[0]) && constantCalls.has(name))) meter.charge(1)
      else if (deep) for (const value of values) meter.chargeDeep(value)
      else for (const value of values) meter.chargeFlat(value)
      if (name === 'matches') chargeMatch(patterns, values)
      if (name === 'replace') meter.charge(growth(target, args[1]))
      return group.call(id, target, args)
    }
    return Object.create(group, { call: { value: call } }) as typeof group
  }
  const funcs: unknown = Object.create(env.funcs, { find: { value: find } })
  return Object.create(env, { funcs: { value: funcs } }) as typeof env
}
