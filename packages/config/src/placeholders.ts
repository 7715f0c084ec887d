/**
 * The names that a template text refers to as `{{name}}`, each once, in order. Anything else in
 * double braces is plain text.
 */
export function placeholdersOf(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/\{\{\s*([\w.-]+)\s*\}\}/g)].map(([, name]) => name ?? ''))]
}
