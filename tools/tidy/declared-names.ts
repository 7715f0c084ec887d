import { walk, type SyntaxNode } from './syntax.ts'

/**
 * All names that a part of a module declares, at any depth: variables, parameters, imports,
 * functions.
 */
export function declaredNames(part: SyntaxNode): ReadonlySet<string> {
  const names = new Set<string>()
  walk(part, (node) => {
    if (node.type === 'VariableDeclarator') declare(node.id, names)
    if (node.type === 'FunctionDeclaration' && node.id !== null) names.add(node.id.name)
    if ('params' in node && Array.isArray(node.params)) {
      for (const each of node.params) declare(each, names)
    }
    if (/^Import\w*Specifier$/.test(node.type) && 'local' in node) declare(node.local, names)
  })
  return names
}

/** Adds the names that a pattern binds, without those in its default values. */
function declare(pattern: SyntaxNode | null, names: Set<string>): void {
  switch (pattern?.type) {
    case 'Identifier':
      names.add(pattern.name)
      break
    case 'ObjectPattern':
      for (const each of pattern.properties) {
        declare(each.type === 'RestElement' ? each.argument : each.value, names)
      }
      break
    case 'ArrayPattern':
      for (const each of pattern.elements) declare(each, names)
      break
    case 'AssignmentPattern':
      declare(pattern.left, names)
      break
    case 'RestElement':
      declare(pattern.argument, names)
      break
    default:
      break
  }
}
