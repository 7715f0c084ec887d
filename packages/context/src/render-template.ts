import { ModelError } from '@fairlead/llm'

const placeholder = /\{\{\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*\}\}/g

/**
 * Replaces each `{{name}}` by its variable, once: what a variable holds is not rendered again, so a
 * caller cannot reach other variables through one. Other braces stay as they are. A name without a
 * value is a ModelError 400 `missing_variable` that names all that are missing.
 */
export function renderTemplate(
  template: string,
  variables: Readonly<Record<string, string>>,
): string {
  const missing = templateVariables(template).filter((name) => !Object.hasOwn(variables, name))
  if (missing.length > 0) throw missingVariables(missing)
  return template.replace(placeholder, (_, name: string) => variables[name] ?? '')
}

/** The names that a template uses, each once, in order of appearance. */
export function templateVariables(template: string): string[] {
  return [...new Set([...template.matchAll(placeholder)].map((match) => match[1] ?? ''))]
}

function missingVariables(names: readonly string[]): ModelError {
  const list = names.map((name) => `"${name}"`).join(', ')
  const [one, them] = names.length === 1 ? ['variable', 'it'] : ['variables', 'them']
  return new ModelError(
    'invalid-request',
    `The template needs a value for the ${one} ${list}: give ${them} in context.variables, or a default where the template is declared.`,
    { code: 'missing_variable', param: `context.variables.${names[0]}` },
  )
}
