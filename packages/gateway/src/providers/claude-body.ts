import { noUniqueFields, outlineBody, spliceTopLevel } from '@fairlead/llm'

/** Takes a header out of a flat list; undefined if it is not there. */
export function takeHeader(headers: string[], name: string): string | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index] !== name) continue
    const [, value] = headers.splice(index, 2)
    return value
  }
  return undefined
}

/**
 * The body of a message as clouds take it: the version of the API is in it, unless the caller says
 * another, and the model is not. `remove` names further fields that are not, `betas` what is switched
 * on by the body. All else keeps its spelling.
 */
export function claudeBody(
  body: Uint8Array,
  version: string,
  options: { readonly remove?: readonly string[]; readonly betas?: readonly string[] } = {},
): Uint8Array {
  const outline = outlineBody(body, noUniqueFields)
  const given = new Set(outline.members.map(({ name }) => name))
  const { betas = [], remove = [] } = options
  return spliceTopLevel(
    body,
    {
      set: {
        ...(given.has('anthropic_version') ? {} : { anthropic_version: JSON.stringify(version) }),
        ...(betas.length === 0 || given.has('anthropic_beta')
          ? {}
          : { anthropic_beta: JSON.stringify(betas) }),
      },
      remove: ['model', ...remove],
    },
    outline,
  )
}
