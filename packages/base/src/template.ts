/**
 * The template grammar: `{{name}}`, spaces allowed inside the braces. A name starts with a letter
 * or an underscore, followed by letters, digits, `_`, `.` and `-`. Anything else in double braces
 * is plain text.
 */
const placeholder = /\{\{\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*\}\}/g

/** The names used in a template, each once, in order of appearance. */
export function templateVariables(template: string): readonly string[] {
  return [...new Set([...template.matchAll(placeholder)].map((match) => match[1] ?? ''))]
}

/**
 * Replaces each `{{name}}` with its variable, in one pass: values are not rendered again, so a
 * caller cannot access other variables through one. Throws MissingVariables.
 */
export function renderTemplate(
  template: string,
  variables: Readonly<Record<string, string>>,
): string {
  const missing = templateVariables(template).filter((name) => !Object.hasOwn(variables, name))
  if (missing.length > 0) throw new MissingVariables(missing)
  return template.replace(placeholder, (_, name: string) => variables[name] ?? '')
}

/** Thrown when a template is rendered without values for all of its names. */
export class MissingVariables extends Error {
  override readonly name = 'MissingVariables'
  readonly names: readonly string[]

  constructor(names: readonly string[]) {
    super(`the template needs a value for ${names.map((name) => `"${name}"`).join(', ')}`)
    this.names = names
  }
}
