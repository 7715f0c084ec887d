import { abortAtRandom } from './aborted.ts'
import { errorCode, expectAnswer, post } from './chat.ts'
import type { CallSite, SoakCall } from './soak-call.ts'

/** Conversations of up to five turns, one of which may be aborted; read, and then deleted. */
export const conversations: readonly SoakCall[] = [
  { name: 'conversation', weight: 3, run: (site) => converse(site, {}) },
  {
    name: 'conversation with persona',
    weight: 3,
    run: (site) => converse(site, { persona: 'soak' }),
  },
]

async function converse(site: CallSite, context: object): Promise<void> {
  const created = await json(await post(site, '/v1/conversations', { context }))
  const conversation = String(created['id'])
  const turns = 1 + site.random.below(5)
  for (let turn = 0; turn < turns; turn += 1) {
    const options = {
      model: site.random.pick(['openai', 'anthropic']),
      isStream: site.random.chance(0.5),
      context: { conversation },
    }
    if (site.random.chance(0.15)) await abortAtRandom(site, options)
    else await expectAnswer(site, site.question(1 + site.random.below(30)), options)
  }
  await get(site, `/v1/conversations/${conversation}/items`)
  await get(site, `/v1/conversations/${conversation}/turns`)
  await get(site, `/v1/conversations/${conversation}`, 'DELETE')
}

async function get(site: CallSite, path: string, method = 'GET'): Promise<void> {
  await json(await fetch(`${site.gateway}${path}`, { method, headers: site.headers }))
}

async function json(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const body = await response.text()
  if (response.status !== 200) throw new Error(`${response.status} ${errorCode(body)}`)
  return JSON.parse(body) as Readonly<Record<string, unknown>>
}
