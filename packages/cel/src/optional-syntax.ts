const token =
  /\/\/[^\n]*|[rRbB]{0,2}(?:"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|\.\?\s*[A-Za-z_]\w*|\[\?|[[\]]|[A-Za-z_]\w*|\s+|[^]/g

/**
 * The evaluator's grammar has no optional syntax: `a.?b` becomes `a.__optionalSelect('b')` and
 * `a[?b]` becomes `a.__optionalIndex(b)`. String literals and comments are left unchanged.
 */
export function rewriteOptionalSyntax(source: string): string {
  if (!source.includes('.?') && !source.includes('[?')) return source
  const closing: string[] = []
  return source.replace(token, (part) => {
    if (part.startsWith('.?')) return `.__optionalSelect('${part.slice(2).trim()}')`
    if (part === '[?') {
      closing.push(')')
      return '.__optionalIndex('
    }
    if (part === '[') closing.push(']')
    if (part === ']') return closing.pop() ?? part
    return part
  })
}
