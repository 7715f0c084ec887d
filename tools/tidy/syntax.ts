// Vitest's own parser, so it is not an additional dependency. The replacement suggested for
// `parseAst` is not exported by Vitest.
// oxlint-disable typescript/no-deprecated
import { parseAst } from 'vitest/node'

/** What the parser makes of one module. */
export type Program = ReturnType<typeof parseAst>

/** Any node of the syntax tree, discriminated by `type`. */
export type SyntaxNode = NonNullable<
  Extract<Program['body'][number], { type: 'ImportDeclaration' }>['parent']
>

/** The syntax tree of a TypeScript or JavaScript module. Throws if it does not parse. */
export function parseModule(path: string, text: string): Program {
  return parseAst(text, { lang: path.endsWith('.ts') ? 'ts' : 'js' }, path)
}

/** Visits a node and its descendants, parents first, each with its ancestors, nearest first. */
export function walk(
  node: SyntaxNode,
  visit: (node: SyntaxNode, around: readonly SyntaxNode[]) => void,
): void {
  const enter = (each: SyntaxNode, around: readonly SyntaxNode[]): void => {
    visit(each, around)
    const below = [each, ...around]
    for (const child of childrenOf(each)) enter(child, below)
  }
  enter(node, [])
}

/** The nodes directly in a node, in the order of its fields. */
export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  return Object.values(node).flatMap((value: unknown) =>
    Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
  )
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}
