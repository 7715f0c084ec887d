interface Completion {
  readonly choices?: readonly {
    readonly message?: { readonly content?: string | null }
    readonly delta?: { readonly content?: string | null }
  }[]
}

/** The text of an answer in OpenAI's format. Throws if it is no such answer, or has no end. */
export function answerText(body: string, isStream: boolean): string {
  if (!isStream) return textOf(JSON.parse(body) as Completion, 'message')
  const data = body
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length).trim())
  if (data.pop() !== '[DONE]') throw new Error('the stream does not end with [DONE]')
  return data.map((event) => textOf(JSON.parse(event) as Completion, 'delta')).join('')
}

function textOf({ choices = [] }: Completion, field: 'message' | 'delta'): string {
  return choices[0]?.[field]?.content ?? ''
}
