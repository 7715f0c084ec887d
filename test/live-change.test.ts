import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startFairlead, type FairleadProcess } from './support/fairlead-process.ts'
import { manifest, provider, route, secret } from './support/manifests.ts'
import { openaiSdk, post } from './support/sdk.ts'
import { json, startUpstream, type Upstream } from './support/upstream.ts'
import { waitFor } from './support/wait-for.ts'

const answerOf = (text: string) =>
  json({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  })

let fairlead: FairleadProcess
let first: Upstream
let second: Upstream
beforeAll(async () => {
  ;[fairlead, first, second] = await Promise.all([
    startFairlead(),
    startUpstream(answerOf('first')),
    startUpstream(answerOf('second')),
  ])
  await fairlead.kubectl.apply(secret('live-key', 'api-key', 'sk-live-1'))
  await fairlead.kubectl.apply(provider('live', 'OpenAI', `${first.url}/v1`))
  await fairlead.kubectl.apply(route('live', 'live-model', 'live'))
  await answers('first')
}, 90_000)
afterAll(async () => {
  await Promise.all([fairlead[Symbol.asyncDispose](), first.stop(), second.stop()])
})

const ask = async (content = 'hi', headers: Record<string, string> = {}) => {
  const answer = await openaiSdk(fairlead.endpoints).chat.completions.create(
    { model: 'live-model', messages: [{ role: 'user', content }] },
    { headers },
  )
  return answer.choices[0]?.message.content
}
const answers = (text: string) => waitFor(`"${text}"`, async () => (await ask()) === text)
const lastMessages = () => first.requests.at(-1)?.body['messages'] as { content: string }[]

describe('kubectl apply', () => {
  it('changes the next call when a provider moves', async () => {
    await fairlead.kubectl.apply(provider('live', 'OpenAI', `${second.url}/v1`))
    await answers('second')
    await fairlead.kubectl.apply(provider('live', 'OpenAI', `${first.url}/v1`))
    await answers('first')
  })

  it('changes the next call when a route names another model', async () => {
    const targets = [{ name: 'live', providerRef: { name: 'live' }, model: 'renamed' }]
    await fairlead.kubectl.apply(route('live', 'live-model', 'live', { targets }))
    await waitFor('the model', async () => {
      await ask()
      return first.requests.at(-1)?.body['model'] === 'renamed'
    })
  })

  it('changes the next call when a rule asks what the call says', async () => {
    const rule = (name: string, match: object, model: string) => ({
      name,
      match: { models: ['live-model'], ...match },
      targets: [{ name: 'live', providerRef: { name: 'live' }, model }],
    })
    const policy = (...rules: readonly object[]) => manifest('RoutingPolicy', 'live', { rules })
    const modelFor = async (content: string, headers: Record<string, string> = {}) => {
      await ask(content, headers)
      return first.requests.at(-1)?.body['model']
    }
    const [translation, small] = ['Translate to French: good morning', 'Hello, how are you?']
    await fairlead.kubectl.apply(
      policy(
        rule('gold', { cel: "request.headers['x-tier'] == 'gold'" }, 'by-cel'),
        rule('translations', { promptTypes: ['Translation'] }, 'by-type'),
        rule('simple', { complexity: { max: 30 } }, 'by-complexity'),
      ),
    )
    await waitFor('the rule', async () => (await modelFor(translation)) === 'by-type')
    expect(await modelFor(translation, { 'x-tier': 'gold' })).toBe('by-cel')
    expect(await modelFor(small)).toBe('by-complexity')
    const metrics = await (await fetch(`${fairlead.endpoints.admin}/metrics`)).text()
    expect(metrics).toMatch(/fairlead_gateway_condition_failures_total\{route="live\/gold"\} [1-9]/)

    await fairlead.kubectl.apply(
      policy(rule('simple', { cel: "'x-tier' in request.headers" }, 'by-header')),
    )
    await waitFor('the expression', async () => {
      return (await modelFor(small, { 'x-tier': 'silver' })) === 'by-header'
    })

    const wrong = policy(rule('wrong', { cel: 'request.modle == "x"' }, 'never'))
    const { code, stderr } = await fairlead.kubectl.run(['apply', '-f', '-'], wrong)
    expect(code).toBe(1)
    expect(stderr).toContain(
      `The RoutingPolicy "live" is invalid: spec.rules[0].match.cel: Invalid value: line 1, column 8: undefined field 'modle'`,
    )
    expect(await modelFor(small, { 'x-tier': 'silver' })).toBe('by-header')
    await fairlead.kubectl.apply(route('live', 'live-model', 'live'))
    await answers('first')
  })

  it('changes the next call when a prompt gets a version and the rollout moves', async () => {
    const version = (name: string, content: string) => ({
      name,
      messages: [{ role: 'user', content }],
      model: 'live-model',
    })
    const prompt = (weight: string) =>
      manifest('PromptTemplate', 'greet', {
        versions: [version('1', 'one'), version('2', 'two')],
        rollout: [{ version: weight, weight: 100 }],
      })
    const rendered = async (text: string) => {
      const response = await post(fairlead.endpoints, '/prompts/default/greet', {})
      return response.ok && lastMessages()[0]?.content === text
    }
    await fairlead.kubectl.apply(prompt('1'))
    await waitFor('version 1', () => rendered('one'))
    await fairlead.kubectl.apply(prompt('2'))
    await waitFor('version 2', () => rendered('two'))
  })

  it('changes new conversations when a persona changes', async () => {
    const persona = (instructions: string) => manifest('Persona', 'changing', { instructions })
    let n = 0
    const speaksAs = (text: string) =>
      waitFor(text, async () => {
        const headers = {
          'x-fairlead-persona': 'changing',
          'x-fairlead-conversation': `persona-${text.length}-${n++}`,
        }
        await ask('hi', headers)
        return lastMessages()[0]?.content === text
      })
    await fairlead.kubectl.apply(persona('Speak plainly.'))
    await speaksAs('Speak plainly.')
    await fairlead.kubectl.apply(persona('Speak in verse.'))
    await speaksAs('Speak in verse.')
  })

  it('changes the next turn of a conversation when its strategy gets another mode', async () => {
    const strategy = (history: object) => manifest('ContextStrategy', 'moded', { history })
    const headers = {
      'x-fairlead-conversation': 'moded-chat',
      'x-fairlead-strategy': 'moded',
    }
    let turn = 0
    const planned = async () => {
      const content = `${turn++} ${'word '.repeat(40)}`
      const body = { model: 'live-model', messages: [{ role: 'user', content }] }
      const call = await post(fairlead.endpoints, '/v1/chat/completions', body, headers)
      await call.text()
      const id = call.headers.get('x-fairlead-plan')
      const { apiKey, gateway } = fairlead.endpoints
      const plan = await fetch(`${gateway}/v1/plans/${id}`, {
        headers: { authorization: `Bearer ${apiKey}` },
      })
      return JSON.stringify(await plan.json())
    }
    await fairlead.kubectl.apply(strategy({ mode: 'Full' }))
    await waitFor('everything', async () => (await planned()).includes('full_history'))
    await fairlead.kubectl.apply(
      strategy({ mode: 'TokenWindow', tokenWindow: { highTokens: 120, lowTokens: 60 } }),
    )
    await waitFor('a window', async () => (await planned()).includes('history.tokenWindow'))
    await fairlead.kubectl.apply(
      strategy({ mode: 'Summarize', summarize: { triggerTokens: 200, targetTokens: 100 } }),
    )
    await waitFor('a summary', async () => (await planned()).includes('"kind":"summary"'))
    const { code, stderr } = await fairlead.kubectl.run(
      ['apply', '-f', '-'],
      strategy({ mode: 'Summarize', summarize: { triggerTokens: 200, targetTokens: 190 } }),
    )
    expect(code).toBe(1)
    expect(stderr).toContain('targetTokens must be at most 0.75 of triggerTokens')
  })

  it('has the next turn of a conversation use notes about its subject, or no longer', async () => {
    const strategy = (more: object) => manifest('ContextStrategy', 'remembering', more)
    const { apiKey, gateway } = fairlead.endpoints
    const authorization = `Bearer ${apiKey}`
    const notes = `${gateway}/v1/subjects/user:live/notes`
    const note = (text: string) =>
      fetch(notes, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ text }),
      })
    let turn = 0
    const planned = async () => {
      const content = `${turn++}: where is home?`
      const body = { model: 'live-model', messages: [{ role: 'user', content }] }
      const call = await post(fairlead.endpoints, '/v1/chat/completions', body, {
        'x-fairlead-conversation': 'remembering-chat',
        'x-fairlead-strategy': 'remembering',
        'x-fairlead-subject': 'user:live',
      })
      await call.text()
      const path = `${gateway}/v1/plans/${call.headers.get('x-fairlead-plan')}`
      return JSON.stringify(await (await fetch(path, { headers: { authorization } })).json())
    }
    await fairlead.kubectl.apply(strategy({}))
    await waitFor('a turn', async () => (await planned()).includes('full_history'))
    expect((await note('Lives in Rome.')).status).toBe(400)
    await fairlead.kubectl.apply(strategy({ memory: { mode: 'Explicit' } }))
    await waitFor('a note', async () => (await note('Lives in Rome.')).status === 200)
    await waitFor('the note', async () => (await planned()).includes('"kind":"note"'))
    expect(JSON.stringify(first.requests.at(-1)?.body)).toContain('Lives in Rome.')
    await fairlead.kubectl.apply(strategy({}))
    await waitFor('no notes', async () => !(await planned()).includes('"kind":"note"'))
    const deleted = await fetch(notes, { method: 'DELETE', headers: { authorization } })
    expect(await deleted.json()).toMatchObject({ deleted: 1 })
    const { code, stderr } = await fairlead.kubectl.run(
      ['apply', '-f', '-'],
      strategy({ memory: { mode: 'Extract' } }),
    )
    expect(code).toBe(1)
    expect(stderr).toContain('extract goes with mode Extract, and Extract needs it')
  })

  it('changes the next turn when a strategy changes', async () => {
    const strategy = (turns: number) =>
      manifest('ContextStrategy', 'changing', {
        history: { mode: 'LastTurns', lastTurns: { turns, slackTurns: 0 } },
      })
    const headers = {
      'x-fairlead-conversation': 'strategy',
      'x-fairlead-strategy': 'changing',
    }
    const userMessages = () =>
      first.requests.at(-1)?.body['messages'] as { role: string; content: string }[]
    await fairlead.kubectl.apply(strategy(3))
    await waitFor('the strategy', async () => (await ask('0', headers)) === 'first')
    for (let turn = 1; turn < 6; turn++) await ask(String(turn), headers)
    expect(userMessages().filter(({ role }) => role === 'user')).toHaveLength(4)
    await fairlead.kubectl.apply(strategy(1))
    await waitFor('one turn', async () => {
      await ask('again', headers)
      return userMessages().filter(({ role }) => role === 'user').length === 2
    })
  })

  it('takes a wrong manifest back with the field that is wrong, and calls go on', async () => {
    const { kubectl } = fairlead
    const wrong = provider('live', 'OpenAI', 'not a url')
    const refused = await kubectl.run(['apply', '-f', '-'], wrong)
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('spec.baseURL')
    const unknown = await kubectl.run(
      ['apply', '-f', '-'],
      provider('live', 'OpenAI', first.url, { nonsense: 1 }),
    )
    expect(unknown.stderr).toContain('unknown field "spec.nonsense"')
    expect(await ask()).toBe('first')
  })

  it('shows a dangling reference by name and takes it back when it is there', async () => {
    const { kubectl } = fairlead
    await kubectl.apply(route('dangling', 'dangling-model', 'not-there-yet'))
    await kubectl(
      'wait',
      '--for=condition=ResolvedRefs=false',
      '--timeout=10s',
      'llmroute/dangling',
    )
    const shown = await kubectl('get', 'llmroute/dangling', '-o', 'json')
    const { conditions } = (
      JSON.parse(shown) as {
        status: { conditions: { type: string; reason: string; message: string }[] }
      }
    ).status
    const refs = conditions.find(({ type }) => type === 'ResolvedRefs')
    expect(refs?.reason).toBe('RefNotFound')
    expect(refs?.message).toContain('not-there-yet')
    await kubectl.apply(secret('not-there-yet-key', 'api-key', 'x'))
    await kubectl.apply(provider('not-there-yet', 'OpenAI', `${first.url}/v1`))
    await kubectl('wait', '--for=condition=ResolvedRefs', '--timeout=10s', 'llmroute/dangling')
  })

  it('shows a Secret without the key on the provider that needs it', async () => {
    const { kubectl } = fairlead
    await kubectl.apply(provider('keyless', 'OpenAI', `${first.url}/v1`))
    await kubectl('wait', '--for=condition=ResolvedRefs=false', '--timeout=10s', 'llmp/keyless')
    expect(await kubectl('get', 'llmp/keyless', '-o', 'yaml')).toContain('SecretKeyMissing')
    await kubectl.apply(secret('keyless-key', 'api-key', 'x'))
    await kubectl('wait', '--for=condition=ResolvedRefs', '--timeout=10s', 'llmp/keyless')
  })
})

describe('a provider key', () => {
  it('is rotated under load with no failed request', async () => {
    const valid = new Set(['sk-live-1'])
    const seen = new Map<string, number>()
    const good = answerOf('first')
    first.answer = (response, request) => {
      const key = (request.headers.authorization ?? '').replace('Bearer ', '')
      seen.set(key, (seen.get(key) ?? 0) + 1)
      return valid.has(key)
        ? good(response, request)
        : json({ error: { message: 'Incorrect API key' } }, 401)(response, request)
    }
    let done = false
    let failed = 0
    let calls = 0
    const caller = async () => {
      while (!done) {
        const answer = await ask().catch(() => undefined)
        calls += 1
        if (answer !== 'first') failed += 1
      }
    }
    const callers = Array.from({ length: 8 }, caller)
    await waitFor('load', () => calls > 50)
    // As vendors do it: the new key is created and deployed before the old one is revoked.
    valid.add('sk-live-2')
    await fairlead.kubectl.apply(secret('live-key', 'api-key', 'sk-live-2'))
    await waitFor('the new key', () => (seen.get('sk-live-2') ?? 0) > 0)
    valid.delete('sk-live-1')
    const before = calls
    await waitFor('load on the new key', () => calls > before + 50)
    done = true
    await Promise.all(callers)
    first.answer = good
    expect({ failed, calls: calls > 100 }).toEqual({ failed: 0, calls: true })
  })
})
