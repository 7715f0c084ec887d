/** A second, simple reader of what a chat completion, or its chunks, say beside their text. */

interface Said {
  readonly annotations?: readonly { readonly url_citation?: { readonly url?: string } }[] | null
}

interface Answer {
  readonly choices?: readonly {
    readonly message?: Said
    readonly delta?: Said
    readonly logprobs?: { readonly content?: readonly unknown[] | null } | null
  }[]
  readonly citations?: readonly string[]
}

/** Addresses of the sources, in order, each once. */
export function citedBy(answers: readonly Answer[]): string[] {
  const cited = answers.flatMap(({ choices = [] }) =>
    choices.flatMap(({ delta, message }) =>
      ((message ?? delta)?.annotations ?? []).map(({ url_citation }) => url_citation?.url ?? ''),
    ),
  )
  const listed = answers.flatMap(({ citations = [] }) => citations)
  return [...new Set(cited.length > 0 ? cited : listed)]
}

export function logprobsOf(answers: readonly Answer[]): unknown[] {
  return answers.flatMap(({ choices = [] }) =>
    choices.flatMap(({ logprobs }) => logprobs?.content ?? []),
  )
}
