import { walk, type Program, type SyntaxNode } from './syntax.ts'

/** One reference from a module to another: static, dynamic, in a type, or a re-export. */
export interface ModuleImport {
  /** The other module, as written. */
  readonly name: string
  /** The imported names, or `all`: a namespace, `export *`, a dynamic import. */
  readonly taken: readonly string[] | 'all'
  /** Whether only types are imported, so that nothing is loaded. */
  readonly typesOnly: boolean
}

/**
 * All imports of a module, including types. Dynamic imports count if their specifier is literal.
 */
export function moduleImports(program: Program): readonly ModuleImport[] {
  const found: ModuleImport[] = []
  walk(program, (node) => {
    const each = importOf(node)
    if (each !== undefined) found.push(each)
  })
  return found
}

function importOf(node: SyntaxNode): ModuleImport | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
      return {
        name: node.source.value,
        taken: takenBy(node.specifiers),
        typesOnly: node.importKind === 'type' || areTypes(node.specifiers),
      }
    case 'ExportNamedDeclaration':
      if (node.source === null) return undefined
      return {
        name: node.source.value,
        taken: node.specifiers.map((each) => nameOf(each.local)),
        typesOnly: node.exportKind === 'type',
      }
    case 'ExportAllDeclaration':
      return { name: node.source.value, taken: 'all', typesOnly: node.exportKind === 'type' }
    case 'ImportExpression':
      return node.source.type === 'Literal' && typeof node.source.value === 'string'
        ? { name: node.source.value, taken: 'all', typesOnly: false }
        : undefined
    case 'TSImportType':
      return { name: node.source.value, taken: 'all', typesOnly: true }
    default:
      return undefined
  }
}

type Specifiers = Extract<SyntaxNode, { type: 'ImportDeclaration' }>['specifiers']

function takenBy(specifiers: Specifiers): readonly string[] | 'all' {
  const taken: string[] = []
  for (const each of specifiers) {
    if (each.type === 'ImportNamespaceSpecifier') return 'all'
    taken.push(each.type === 'ImportDefaultSpecifier' ? 'default' : nameOf(each.imported))
  }
  return taken
}

/** Whether every specifier is imported as `type`; a side-effect import has none. */
function areTypes(specifiers: Specifiers): boolean {
  return (
    specifiers.length > 0 &&
    specifiers.every((each) => each.type === 'ImportSpecifier' && each.importKind === 'type')
  )
}

/** The name of a specifier, whether written as an identifier or as a string. */
export function nameOf(node: { readonly name: string } | { readonly value: string }): string {
  return 'name' in node ? node.name : node.value
}
