import { scopeOf } from './scopes.ts'
import { walk, type Program, type SyntaxNode } from './syntax.ts'

/** A global that a module uses instead of having it injected. */
export type Ambience = 'time' | 'timer' | 'turn' | 'random' | 'network' | 'process'

interface AmbientUse {
  readonly ambience: Ambience
  /** As written: `Date.now`. */
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

/** Uses of the global clock, timers, randomness, network and process. Imports are not checked. */
export function ambientUses(program: Program): readonly AmbientUse[] {
  const uses: AmbientUse[] = []
  walk(program, (node, around) => {
    const use = ambientUse(node, around)
    if (use === undefined) return
    const [variable = ''] = use.what.split('.')
    if (scopeOf(variable, around) === undefined) uses.push({ ...use, offset: node.start })
  })
  return uses
}

function ambientUse(
  node: SyntaxNode,
  around: readonly SyntaxNode[],
): Omit<AmbientUse, 'offset'> | undefined {
  if (node.type === 'MemberExpression' && node.object.type === 'Identifier') {
    return memberUse(node.object.name, keyName(node.property, node.computed))
  }
  if (node.type === 'Property') {
    const source = destructured(around)
    return source === undefined ? undefined : memberUse(source, keyName(node.key, node.computed))
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

function memberUse(
  object: string,
  member: string | undefined,
): Omit<AmbientUse, 'offset'> | undefined {
  const what = `${object}.${member}`
  const ambience = Object.hasOwn(members, what) ? members[what] : undefined
  return ambience && { ambience, what }
}

/** `Date` for a property in the pattern of `const { now } = Date`. */
function destructured([pattern, parent]: readonly SyntaxNode[]): string | undefined {
  if (pattern?.type !== 'ObjectPattern') return undefined
  const source = sourceOf(parent)
  return source?.type === 'Identifier' ? source.name : undefined
}

function sourceOf(node: SyntaxNode | undefined): SyntaxNode | null | undefined {
  if (node?.type === 'VariableDeclarator') return node.init
  const assigns = node?.type === 'AssignmentExpression' || node?.type === 'AssignmentPattern'
  return assigns ? node.right : undefined
}

function keyName(key: SyntaxNode, computed: boolean): string | undefined {
  if (key.type === 'Identifier' && !computed) return key.name
  return key.type === 'Literal' ? String(key.value) : undefined
}

/** Whether an identifier reads a variable: not a property, a key or part of a type. */
function isReference(node: SyntaxNode, around: readonly SyntaxNode[]): boolean {
  const [parent] = around
  if (parent === undefined || around.some(isType)) return false
  if (parent.type === 'ImportSpecifier') return false
  if (parent.type === 'MemberExpression') return parent.object === node || parent.computed
  if ('key' in parent) return parent.key !== node || ('computed' in parent && parent.computed)
  return true
}

/** Expressions that only wrap another expression, although their names begin with `TS`. */
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
