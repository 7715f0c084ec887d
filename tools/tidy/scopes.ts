import { childrenOf, type SyntaxNode } from './syntax.ts'

/**
 * The scope that declares the variable which a name means at a place: the innermost one around it
 * that has the name, the module included. Undefined for a global. `around` is the ancestors of the
 * place, nearest first.
 */
export function scopeOf(name: string, around: readonly SyntaxNode[]): SyntaxNode | undefined {
  return around.find((each) => isScope(each) && ownNames(each).has(name))
}

/** What a scope declares directly, without the scopes in it. */
function ownNames(scope: SyntaxNode): ReadonlySet<string> {
  const names = new Set<string>()
  if ('params' in scope && Array.isArray(scope.params)) {
    for (const each of scope.params) bind(each, names)
  }
  if (scope.type === 'CatchClause') bind(scope.param, names)
  if (scope.type === 'FunctionExpression' || scope.type === 'ClassExpression') bind(scope.id, names)
  const enter = (node: SyntaxNode, isInner: boolean): void => {
    if (declaresIn(scope, node, isInner)) for (const each of patternsOf(node)) bind(each, names)
    if (holdsVars(node)) return
    for (const child of childrenOf(node)) enter(child, isInner || isScope(node))
  }
  for (const child of childrenOf(scope)) enter(child, false)
  return names
}

/** Whether what a node declares belongs to the scope: a `var` leaves blocks, all else stays. */
function declaresIn(scope: SyntaxNode, node: SyntaxNode, isInner: boolean): boolean {
  const isVar = node.type === 'VariableDeclaration' && node.kind === 'var'
  return isVar ? holdsVars(scope) : !isInner
}

function patternsOf(node: SyntaxNode): readonly (SyntaxNode | null)[] {
  switch (node.type) {
    case 'VariableDeclaration':
      return node.declarations.map(({ id }) => id)
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return [node.id]
    case 'ImportSpecifier':
    case 'ImportDefaultSpecifier':
    case 'ImportNamespaceSpecifier':
      return [node.local]
    default:
      return []
  }
}

function isScope({ type }: SyntaxNode): boolean {
  return scopes.has(type) || varScopes.has(type)
}

/** Whether the `var`s in a node stay in it. */
function holdsVars({ type }: SyntaxNode): boolean {
  return varScopes.has(type)
}

const scopes: ReadonlySet<string> = new Set([
  'BlockStatement',
  'CatchClause',
  'ClassDeclaration',
  'ClassExpression',
  'ForInStatement',
  'ForOfStatement',
  'ForStatement',
  'SwitchStatement',
])

const varScopes: ReadonlySet<string> = new Set([
  'ArrowFunctionExpression',
  'FunctionDeclaration',
  'FunctionExpression',
  'Program',
  'StaticBlock',
])

/** Adds the names that a pattern binds, without those in its default values. */
function bind(pattern: SyntaxNode | null, names: Set<string>): void {
  switch (pattern?.type) {
    case 'Identifier':
      names.add(pattern.name)
      break
    case 'ObjectPattern':
      for (const each of pattern.properties) {
        bind(each.type === 'RestElement' ? each.argument : each.value, names)
      }
      break
    case 'ArrayPattern':
      for (const each of pattern.elements) bind(each, names)
      break
    case 'AssignmentPattern':
      bind(pattern.left, names)
      break
    case 'RestElement':
      bind(pattern.argument, names)
      break
    default:
      break
  }
}
