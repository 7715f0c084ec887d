import { classesMadeBy } from '../classes-made-by.ts'
import { excuse, type Excusable } from '../exceptions.ts'
import { pathInSources } from '../places.ts'
import type { Rule } from '../rule.ts'
import { scopeOf } from '../scopes.ts'
import type { SourceFile } from '../source-file.ts'
import { walk, type Program, type SyntaxNode } from '../syntax.ts'

type Declarator = Extract<SyntaxNode, { type: 'VariableDeclarator' }>

/** Modules have no mutable state: it belongs in an object that is created and passed on. */
export const moduleState: Rule = {
  name: 'module-state',
  check(tree, architecture) {
    const sources = tree.modules.filter(
      ({ path }) => pathInSources(path) !== undefined && !path.endsWith('.test.ts'),
    )
    return excuse(sources.flatMap(stateIn), architecture.moduleState)
  },
}

function stateIn(file: SourceFile): readonly Excusable[] {
  const mutated = mutatedNames(file.program)
  return file.program.body.flatMap((statement) => {
    if (statement.type === 'ExportDefaultDeclaration') {
      return found(file, statement.start, 'default', objectFault(statement.declaration))
    }
    const isExported = statement.type === 'ExportNamedDeclaration'
    const node = isExported ? statement.declaration : statement
    if (node?.type === 'ClassDeclaration') return staticState(file, node)
    if (node?.type !== 'VariableDeclaration' || node.declare) return []
    return node.declarations.flatMap((each) => {
      const name = each.id.type === 'Identifier' ? each.id.name : 'a pattern'
      const fault = faultOf(each, name, node.kind, isExported, mutated)
      return found(file, each.start, name, fault)
    })
  })
}

function faultOf(
  declarator: Declarator,
  name: string,
  kind: string,
  isExported: boolean,
  mutated: ReadonlySet<string>,
): string | undefined {
  if (kind === 'let' || kind === 'var') return `is a top-level ${kind}`
  if (mutated.has(name)) return 'is changed after the module has loaded'
  const made = constructorOf(declarator)
  if (made === 'WeakMap' || made === 'WeakSet')
    return `is a ${made}, which is of use only if it changes`
  if (isExported && (made === 'Map' || made === 'Set') && !isReadonly(declarator)) {
    return `is exported and can be changed by whoever imports it: declare it Readonly${made}`
  }
  return objectFault(declarator.init)
}

/** An object of any class that is not listed counts as state: classes are not looked into. */
function objectFault(init: SyntaxNode | null): string | undefined {
  const made = init === null ? undefined : classesMadeBy(init).find((each) => !isStateless(each))
  return made === undefined
    ? undefined
    : `holds a new ${made}, which may change after the module has loaded`
}

/** Classes of values, and collections: those are state if this module or another changes them. */
const stateless: ReadonlySet<string> = new Set(
  'Map Set Array URL URLSearchParams RegExp TextEncoder Error RangeError TypeError'.split(' '),
)

function isStateless(name: string): boolean {
  return stateless.has(name) || name.startsWith('Intl.')
}

function staticState(
  file: SourceFile,
  node: Extract<SyntaxNode, { type: 'ClassDeclaration' | 'ClassExpression' }>,
): readonly Excusable[] {
  return node.body.body.flatMap((member) => {
    if (member.type !== 'PropertyDefinition' || !member.static) return []
    const fault = member.readonly
      ? objectFault(member.value)
      : 'is a static property that is not readonly'
    const name = 'name' in member.key && typeof member.key.name === 'string' ? member.key.name : '?'
    return found(file, member.start, name, fault)
  })
}

function found(
  file: SourceFile,
  offset: number,
  name: string,
  fault: string | undefined,
): readonly Excusable[] {
  if (fault === undefined) return []
  return [
    {
      key: `${file.path}#${name}`,
      path: file.path,
      line: file.lineAt(offset),
      message: `${name} ${fault}: keep state in an object that is made and passed on`,
    },
  ]
}

function constructorOf({ init }: Declarator): string | undefined {
  return init?.type === 'NewExpression' && init.callee.type === 'Identifier'
    ? init.callee.name
    : undefined
}

function isReadonly({ id }: Declarator): boolean {
  const type = 'typeAnnotation' in id ? id.typeAnnotation?.typeAnnotation : undefined
  if (type?.type !== 'TSTypeReference' || type.typeName.type !== 'Identifier') return false
  return type.typeName.name.startsWith('Readonly')
}

const mutators: ReadonlySet<string> = new Set(
  'set add delete clear append push pop shift unshift splice sort reverse fill copyWithin'.split(
    ' ',
  ),
)

/** Module variables that it assigns through, deletes from or calls a mutating method of. */
function mutatedNames(program: Program): ReadonlySet<string> {
  const names = new Set<string>()
  walk(program, (node, around) => {
    const name = rootName(mutatedBy(node))
    if (name !== undefined && scopeOf(name, around) === program) names.add(name)
  })
  return names
}

/** The expression whose value a node mutates. */
function mutatedBy(node: SyntaxNode): SyntaxNode | undefined {
  switch (node.type) {
    case 'AssignmentExpression':
      return node.left.type === 'MemberExpression' ? node.left : undefined
    case 'UpdateExpression':
      return node.argument.type === 'MemberExpression' ? node.argument : undefined
    case 'UnaryExpression':
      return node.operator === 'delete' ? node.argument : undefined
    case 'CallExpression':
      return mutatedByCall(node)
    default:
      return undefined
  }
}

function mutatedByCall({
  callee,
  arguments: [first],
}: Extract<SyntaxNode, { type: 'CallExpression' }>): SyntaxNode | undefined {
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return undefined
  if (mutators.has(callee.property.name)) return callee.object
  const onObject = callee.object.type === 'Identifier' && callee.object.name === 'Object'
  return onObject && callee.property.name === 'assign' ? first : undefined
}

/** `table` of `table.rows[0].cells`. */
function rootName(node: SyntaxNode | undefined): string | undefined {
  if (node?.type === 'MemberExpression') return rootName(node.object)
  return node?.type === 'Identifier' ? node.name : undefined
}
