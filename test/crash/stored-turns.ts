import type { CalledGateway, SteadyCaller } from './steady-caller.ts'

interface StoredItem {
  readonly content?: readonly { readonly text?: string }[]
}

interface StoredTurn {
  readonly id: string
  readonly status: string
  readonly input: readonly StoredItem[]
  readonly output: readonly StoredItem[]
}

/** What of a caller's acknowledged turns is lost, changed or doubled on the path of its conversation. */
export async function storedProblems(
  { acknowledged, id }: SteadyCaller,
  called: CalledGateway,
): Promise<readonly string[]> {
  const turns = await turnsOf(id, called)
  const stored = turns.map(({ input, output, status }) => ({
    question: textOf(input),
    answer: textOf(output),
    status,
  }))
  const problems = acknowledged.flatMap(({ question, answer }) => {
    const found = stored.filter((turn) => turn.question === question)
    if (found.length === 0) return [`lost: ${question}`]
    if (found.length > 1) return [`doubled: ${question}`]
    const [turn] = found
    return turn?.answer === answer && turn.status === 'completed'
      ? []
      : [`changed: ${question} was told "${answer}", but is ${JSON.stringify(turn)}`]
  })
  const known = new Set(acknowledged.map(({ question }) => question))
  const unknown = stored.filter(({ question }) => !known.has(question))
  return [...problems, ...unknown.map(({ question }) => `never acknowledged: ${question}`)]
}

async function turnsOf(id: string, called: CalledGateway): Promise<readonly StoredTurn[]> {
  const turns: StoredTurn[] = []
  const headers = { authorization: `Bearer ${called.apiKey}` }
  for (;;) {
    const after = turns.at(-1)?.id
    const query = `branch=main&limit=100&order=asc${after === undefined ? '' : `&after=${after}`}`
    const url = `${called.gateway}/v1/conversations/${id}/turns?${query}`
    const response = await fetch(url, { headers })
    const page = (await response.json()) as { data: readonly StoredTurn[]; has_more: boolean }
    if (response.status !== 200) throw new Error(`${url}: ${JSON.stringify(page)}`)
    turns.push(...page.data)
    if (!page.has_more) return turns
  }
}

function textOf(items: readonly StoredItem[]): string {
  return items
    .flatMap(({ content = [] }) => content)
    .map(({ text = '' }) => text)
    .join('')
}
