import { declaredNames } from './declared-names.ts'
import { walk, type Program, type SyntaxNode } from './syntax.ts'

/** What a module takes from its surroundings instead of being given it. */
export type Ambience = 'time' | 'timer' | 'turn' | 'random' | 'network' | 'process'

interface AmbientUse {
  readonly ambience: Ambience
  /** As it is written: `Date.now`. */
  readonly what: string
  readonly offset: number
}

const globals: Readonly<Record<string, Ambience>> = {
  setTimeout: 'timer',
  setInterval: 'timer',
  setImmediate: 'turn',
  performance: 'time',
  crypto: 'random',
  fetch: 'network',
  WebSocket: 'network',
  EventSource: 'network',
  XMLHttpRequest: 'network',
  process: 'process',
  console: 'process',
  globalThis: 'process',
}

const members: Readonly<Record<string, Ambience>> = {
  'Date.now': 'time',
  'Math.random': 'random',
  'AbortSignal.timeout': 'timer',
}

/** Uses of the global clock, timers, randomness, network and process. Imports are not looked at. */
export function ambientUses(program: Program): readonly AmbientUse[] {
  const own = declaredNames(program)
  const uses: AmbientUse[] = []
  walk(program, (node, around) => {
    const use = ambientUse(node, around)
    if (use !== undefined && !own.has(use.what)) uses.push({ ...use, offset: node.start })
  })
  return uses
}

function ambientUse(
  node: SyntaxNode,
  around: readonly SyntaxNode[],
): Omit<AmbientUse, 'offset'> | undefined {
  if (node.type === 'MemberExpression' && node.object.type === 'Identifier') {
    const name = memberName(node)
    const what = `${node.object.name}.${name}`
    const ambience = Object.hasOwn(members, what) ? members[what] : undefined
    return ambience && { ambience, what }
  }
  if (node.type === 'NewExpression' || node.type === 'CallExpression') {
    const isDate = node.callee.type === 'Identifier' && node.callee.name === 'Date'
    const now = node.type === 'CallExpression' || node.arguments.length === 0
    return isDate && now ? { ambience: 'time', what: 'Date' } : undefined
  }
  if (node.type !== 'Identifier' || !Object.hasOwn(globals, node.name)) return undefined
  const ambience = globals[node.name]
  return ambience && isReference(node, around) ? { ambience, what: node.name } : undefined
}

function memberName(node: Extract<SyntaxNode, { type: 'MemberExpression' }>): string | undefined {
  if (node.property.type === 'Identifier' && !node.computed) return node.property.name
  return node.property.type === 'Literal' ? String(node.property.value) : undefined
}

/** Whether an identifier reads a variable: it is not a property, a key or part of a type. */
function isReference(node: SyntaxNode, around: readonly SyntaxNode[]): boolean {
  const [parent] = around
  if (parent === undefined || around.some(isType)) return false
  if (parent.type === 'ImportSpecifier') return false
  if (parent.type === 'MemberExpression') return parent.object === node || parent.computed
  if ('key' in parent) return parent.key !== node || ('computed' in parent && parent.computed)
  return true
}

/** Expressions that only wrap another expression, though their names begin with `TS`. */
const wrappers: ReadonlySet<string> = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
])

function isType(node: SyntaxNode): boolean {
  return node.type.startsWith('TS') && !wrappers.has(node.type)
}
