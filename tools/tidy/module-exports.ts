import { nameOf } from './module-imports.ts'
import type { Program, SyntaxNode } from './syntax.ts'

/** The names that a module declares and exports, without re-exports. */
export function moduleExports(program: Program): readonly string[] {
  return program.body.flatMap((node) => {
    if (node.type === 'ExportDefaultDeclaration') return ['default']
    if (node.type !== 'ExportNamedDeclaration' || node.source !== null) return []
    const declared = node.declaration === null ? [] : declaredNames(node.declaration)
    return [...declared, ...node.specifiers.map((each) => nameOf(each.exported))]
  })
}

type Declaration = NonNullable<
  Extract<SyntaxNode, { type: 'ExportNamedDeclaration' }>['declaration']
>

function declaredNames(node: Declaration): readonly string[] {
  if (node.type === 'VariableDeclaration') {
    return node.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []))
  }
  return 'id' in node && node.id?.type === 'Identifier' ? [node.id.name] : []
}
