import { noUniqueFields, outlineBody, spliceTopLevel } from '@fairlead/llm'

/** Takes a header that lists things out of a flat list of headers, however often it is there. */
export function takeList(headers: string[], name: string): readonly string[] {
  const values: string[] = []
  for (let index = headers.length - 2; index >= 0; index -= 2) {
    if (headers[index] !== name) continue
    const [, value = ''] = headers.splice(index, 2)
    values.unshift(...value.split(','))
  }
  return values.map((value) => value.trim()).filter((value) => value !== '')
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
