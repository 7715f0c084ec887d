/**
 * The one grammar of templates: `{{name}}`, spaces allowed inside the braces. A name begins with a
 * letter or an underscore and goes on with letters, digits, `_`, `.` and `-`. Anything else in double
 * braces is plain text.
 */
const placeholder = /\{\{\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*\}\}/g

/** The names that a template uses, each once, in order of appearance. */
export function templateVariables(template: string): readonly string[] {
  return [...new Set([...template.matchAll(placeholder)].map((match) => match[1] ?? ''))]
}

/**
 * Replaces each `{{name}}` by its variable, once: what a variable holds is not rendered again, so a
 * caller cannot reach other variables through one. Throws MissingVariables.
 */
export function renderTemplate(
  template: string,
  variables: Readonly<Record<string, string>>,
): string {
  const missing = templateVariables(template).filter((name) => !Object.hasOwn(variables, name))
  if (missing.length > 0) throw new MissingVariables(missing)
  return template.replace(placeholder, (_, name: string) => variables[name] ?? '')
}

/** A template was to be rendered without a value for each of its names. */
export class MissingVariables extends Error {
  override readonly name = 'MissingVariables'
  readonly names: readonly string[]

  constructor(names: readonly string[]) {
    super(`the template needs a value for ${names.map((name) => `"${name}"`).join(', ')}`)
    this.names = names
  }
}
