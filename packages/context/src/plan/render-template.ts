import { MissingVariables, renderTemplate as render } from '@fairlead/base'
import { ModelError } from '@fairlead/llm'

/**
 * Renders a template for a caller. Throws a ModelError 400 `missing_variable` that lists every name
 * without a value.
 */
export function renderTemplate(
  template: string,
  variables: Readonly<Record<string, string>>,
): string {
  try {
    return render(template, variables)
  } catch (error) {
    throw error instanceof MissingVariables ? missingVariables(error) : error
  }
}

function missingVariables(cause: MissingVariables): ModelError {
  const { names } = cause
  const list = names.map((name) => `"${name}"`).join(', ')
  const [one, them] = names.length === 1 ? ['variable', 'it'] : ['variables', 'them']
  return new ModelError(
    'invalid-request',
    `The template needs a value for the ${one} ${list}: give ${them} in context.variables, or a default where the template is declared.`,
    { code: 'missing_variable', param: `context.variables.${names[0]}`, cause },
  )
}
