import { walk, type SyntaxNode } from './syntax.ts'

/** The classes that an expression makes objects of when it is evaluated, outermost first. */
export function classesMadeBy(expression: SyntaxNode): readonly string[] {
  const made: string[] = []
  walk(expression, (node, around) => {
    const isLater = around.some(({ type }) => /Function|^Class/.test(type))
    if (node.type === 'NewExpression' && !isLater) made.push(nameOfClass(node.callee))
  })
  return made
}

/** `Intl.Collator`; a question mark for what is not a name. */
function nameOfClass(callee: SyntaxNode): string {
  if (callee.type === 'Identifier') return callee.name
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return '?'
  return `${nameOfClass(callee.object)}.${callee.property.name}`
}
