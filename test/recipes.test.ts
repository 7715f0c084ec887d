import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { APIError } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openIdProvider } from '../packages/gateway/src/test-support/openid-provider.ts'
import { filesMatching, readText, root } from '../tools/source-tree.ts'
import { newCertificate } from './support/certificates.ts'
import { startFairlead, type FairleadProcess } from './support/fairlead-process.ts'
import { blocksOf } from './support/fenced-blocks.ts'
import { openaiSdk } from './support/sdk.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { waitFor } from './support/wait-for.ts'

const page = readText('docs/recipes.md')
const recipe = (name: string) => readText(`examples/recipes/${name}.yaml`)
const folder = temporaryFolder()

let fairlead: FairleadProcess
beforeAll(async () => {
  fairlead = await startFairlead({ flags: ['--workers', '2'] })
  await apply(recipe('models'))
}, 90_000)
afterAll(async () => {
  await fairlead[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

/** Resolves when every worker runs it. */
async function apply(manifest: string): Promise<void> {
  const { kubectl } = fairlead
  const applied = await kubectl.run(['apply', '-f', '-'], manifest)
  expect(applied).toMatchObject({ code: 0, stderr: '' })
  for (const [, kind = '', name = ''] of manifest.matchAll(
    /^kind: (UsagePolicy|AccessPolicy|GuardrailPolicy)\nmetadata: \{ name: (\S+) \}/gm,
  )) {
    if (manifest.includes('mode: Shadow')) continue
    await kubectl('wait', '--for=condition=Enforced', '--timeout=15s', `${kind}/${name}`)
  }
}

interface Answered {
  readonly status: number
  readonly code: string | null | undefined
  readonly message: string
  readonly headers: Headers
}

/** One call of the official SDK. */
async function ask(key: string, model: string, more: object = {}): Promise<Answered> {
  const call = openaiSdk(fairlead.endpoints, key).chat.completions.create({
    model,
    messages: [{ role: 'user', content: 'Hello' }],
    max_completion_tokens: 100,
    ...more,
  })
  try {
    const { response } = await call.withResponse()
    return { status: response.status, code: undefined, message: '', headers: response.headers }
  } catch (error) {
    if (!(error instanceof APIError) || error.headers === undefined) throw error
    const { status, code, message, headers } = error as APIError<number, Headers>
    return { status, code, message, headers }
  }
}

const until = (
  what: string,
  call: () => Promise<Answered>,
  isMet: (answered: Answered) => boolean,
) =>
  waitFor(what, async () => {
    const answered = await call()
    if (!isMet(answered)) throw new Error(`still ${answered.status} ${answered.message}`)
    return answered
  })

describe('docs/recipes.md', () => {
  const recipes = filesMatching('examples/recipes/*.yaml').map((path) => basename(path, '.yaml'))

  it('shows each recipe as it is in examples/recipes', () => {
    const shown = blocksOf(page, 'yaml')
    expect(recipes.length).toBeGreaterThan(9)
    expect(recipes.filter((name) => !shown.includes(recipe(name).trimEnd()))).toEqual([])
    expect(shown.length).toBe(recipes.length)
  })

  it('lets a team spend 500 dollars a month', async () => {
    await apply(recipe('team-budget'))
    const { headers } = await ask('newsletter-key', 'chat-large')
    expect(headers.get('x-fairlead-cost-usd')).toBe('0.000125')
    await apply(recipe('team-budget').replace("'500.00'", "'0.004'"))
    const refused = await until(
      'the budget',
      () => ask('website-key', 'chat-large'),
      ({ status }) => status === 429,
    )
    expect(refused.code).toBe('budget_exceeded')
    expect(refused.headers.get('x-fairlead-limit')).toBe('default/marketing/month')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await ask('newsletter-key', 'chat-large')).status).toBe(429)
    expect((await ask(fairlead.endpoints.apiKey, 'chat-large')).status).toBe(200)
    expect(refused.message).toMatch(
      /^429 The limit default\/marketing\/month of 0\.004 US dollars for each month has 0\.00\d+ US dollars left, and this call may need 0\.00\d+\. With max_tokens of \d+ it would fit\. Retry in /,
    )
    await waitFor(
      'the event',
      async () => (await fairlead.kubectl('get', 'events')).includes('LimitThreshold'),
      40_000,
    )
    await apply(recipe('team-budget'))
    await until(
      'more money',
      () => ask('website-key', 'chat-large'),
      ({ status }) => status === 200,
    )
  }, 90_000)

  it('lets each student ask 20 times an hour', async () => {
    await apply(recipe('students'))
    const asks = (user: string) => ask('learning-platform-key', 'chat-small', { user })
    for (let call = 1; call <= 20; call += 1) {
      const { status, headers } = await asks('ada')
      expect(status).toBe(200)
      expect(headers.get('x-ratelimit-limit-requests')).toBe('20')
      // Not exactly 20 less the calls: what the other worker does is known a moment later.
      expect(Number(headers.get('x-ratelimit-remaining-requests'))).toBeLessThan(20)
    }
    const refused = await asks('ada')
    expect(refused).toMatchObject({ status: 429, code: 'rate_limit_exceeded' })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3000)
    expect(refused.headers.get('x-fairlead-limit')).toBe('default/students/hour')
    const [, text = ''] = /^429 (.* is reached\.) Retry in /.exec(refused.message) ?? []
    expect(text).not.toBe('')
    expect(page.replaceAll(/\s+/g, ' ')).toContain(text)
    expect((await asks('grace')).status).toBe(200)
  }, 60_000)

  it('keeps large models from contractors', async () => {
    await apply(recipe('contractors'))
    const listed = await openaiSdk(fairlead.endpoints, 'agency-key').models.list()
    expect(listed.data.map(({ id }) => id)).toEqual(['assistant', 'chat-small', 'simulator-1'])
    const refused = await ask('agency-key', 'chat-large')
    expect(refused).toMatchObject({ status: 404, code: 'model_not_found' })
    expect((await ask('agency-key', 'chat-small')).status).toBe(200)
    expect((await ask(fairlead.endpoints.apiKey, 'chat-large')).status).toBe(200)
  }, 60_000)

  it('lets pods call without a key', async () => {
    await apply(recipe('pods'))
    const token = (await fairlead.kubectl('create', 'token', 'indexer')).trim()
    await until(
      'the method',
      () => ask(token, 'chat-small'),
      ({ status }) => status === 200,
    )
    await fairlead.kubectl('create', 'serviceaccount', 'stranger')
    const stranger = (await fairlead.kubectl('create', 'token', 'stranger')).trim()
    const refused = await ask(stranger, 'chat-small')
    expect(refused).toMatchObject({ status: 403, code: 'unknown_consumer' })
  }, 60_000)

  it('lets callers sign in with the OpenID provider of the company', async () => {
    await apply(recipe('openid'))
    const reason = "jsonpath={.status.conditions[?(@.type=='ResolvedRefs')].reason}"
    await waitFor('what cannot be reached', async () => {
      const shown = await fairlead.kubectl('get', 'llmgateway', 'default', '-o', reason)
      return shown === 'IssuerUnavailable'
    })
    const openId = await openIdProvider()
    await apply(recipe('openid').replace('https://login.example.com', openId.issuer))
    const token = await openId.token()
    await until(
      'the issuer',
      () => ask(token, 'chat-small'),
      ({ status }) => status === 200,
    )
    await openId.rotate()
    expect((await ask(await openId.token(), 'chat-small')).status).toBe(200)
    const forged = `${token.split('.').slice(0, 2).join('.')}.${'A'.repeat(86)}`
    expect(await ask(forged, 'chat-small')).toMatchObject({ status: 401, code: 'invalid_token' })
    expect((await ask(fairlead.endpoints.apiKey, 'chat-small')).status).toBe(200)
  }, 60_000)

  it('calls a cheaper model when the money for the large one is spent', async () => {
    await apply(recipe('cheaper-model'))
    const asks = () => ask('laboratory-key', 'chat-large')
    expect((await asks()).headers.get('x-fairlead-model')).toBe('chat-large')
    await apply(recipe('cheaper-model').replace("'100.00'", "'0.0002'"))
    const { status, headers } = await until(
      'the small model',
      asks,
      (answered) => answered.headers.get('x-fairlead-model') === 'chat-small',
    )
    expect(status).toBe(200)
    expect(headers.get('x-fairlead-cost-usd')).toBe('0.0000075')
  }, 60_000)

  it('makes further calls wait', async () => {
    const slow = 'type: Simulator\n  simulator: { latency: 200ms }'
    await apply(recipe('models').replace('type: Simulator', slow))
    await apply(recipe('few-at-once'))
    const started = performance.now()
    const calls = await Promise.all(
      Array.from({ length: 6 }, () => ask('batch-job-key', 'chat-small')),
    )
    expect(calls.map(({ status }) => status)).toEqual(Array<number>(6).fill(200))
    // Three rounds of two.
    expect(performance.now() - started).toBeGreaterThanOrEqual(600)
    await apply(recipe('models'))
  }, 60_000)

  it('says what a policy would refuse', async () => {
    await apply(recipe('shadow'))
    const reason = "jsonpath={.status.conditions[?(@.type=='Enforced')].reason}"
    await waitFor('the shadow', async () => {
      const shown = await fairlead.kubectl('get', 'llmusage', 'planned', '-o', reason)
      return shown === 'Shadow'
    })
    const asked = await ask('intranet-key', 'chat-small', { max_completion_tokens: 4096, n: 4 })
    expect(asked.status).toBe(200)
    expect(asked.headers.get('x-ratelimit-limit-tokens')).toBeNull()
    const id = asked.headers.get('x-fairlead-request-id') ?? 'none'
    const line = await waitFor('the log', () =>
      fairlead
        .log()
        .split('\n')
        .find((each) => each.includes(id)),
    )
    expect(JSON.parse(line)).toMatchObject({ shadowRefusals: ['default/planned/hour'] })
    const metrics = await (await fetch(`${fairlead.endpoints.admin}/metrics`)).text()
    expect(metrics).toContain(
      'fairlead_usage_refusals_total{policy="default/planned",limit="hour",reason="Shadow"}',
    )
  }, 60_000)

  it('keeps personal data here, and puts it back', async () => {
    await apply(recipe('personal-data'))
    const { apiKey: _, gateway } = fairlead.endpoints
    const told = async (stream: boolean) => {
      const response = await fetch(`${gateway}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: 'Bearer support-desk-key', 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'chat-small',
          stream,
          messages: [{ role: 'user', content: 'I am ada@example.com' }],
        }),
      })
      expect(response.headers.get('x-fairlead-guardrails')).toBe(
        'default/personal-data;guard=pii;phase=Input;action=Mask;findings=1',
      )
      return response.text()
    }
    // The provider repeats what it was told.
    expect(await told(false)).toContain('I am ada@example.com')
    expect(await told(true)).toContain('ada@example.com')
    expect(page).toContain('I am [EMAIL_1]')
  }, 60_000)

  it('refuses keys in prompts, and says no names of projects', async () => {
    await apply(recipe('secrets'))
    const asks = (content: string) =>
      ask('developers-key', 'chat-small', { messages: [{ role: 'user', content }] })
    const refused = await asks('Why is AKIAIOSFODNN7EXAMPLE refused?')
    expect(refused).toMatchObject({ status: 400, code: 'content_rejected' })
    expect(refused.message).toContain('There is a key in this prompt.')
    const call = openaiSdk(fairlead.endpoints, 'developers-key').chat.completions.create({
      model: 'chat-small',
      stream: true,
      messages: [{ role: 'user', content: 'What is Project X?' }],
    })
    let said = ''
    for await (const { choices } of await call) said += choices[0]?.delta.content ?? ''
    expect(said).toContain('What is [our project]?')
    expect(said).not.toMatch(/project x/i)
  }, 60_000)

  // Last: from here on the port speaks TLS.
  it('serves HTTPS', async () => {
    const { cert, key } = newCertificate()
    const [certFile, keyFile] = [join(folder.path, 'cert.pem'), join(folder.path, 'key.pem')]
    writeFileSync(certFile, cert)
    writeFileSync(keyFile, key)
    const { kubectl, endpoints } = fairlead
    await kubectl('create', 'secret', 'tls', 'certificate', '--cert', certFile, '--key', keyFile)
    await apply(recipe('tls'))
    const address = endpoints.gateway.replace('http:', 'https:')
    const env = {
      OPENAI_BASE_URL: `${address}/v1`,
      OPENAI_API_KEY: endpoints.apiKey,
      NODE_EXTRA_CA_CERTS: certFile,
    }
    const program = join(root, 'examples/openai-sdk/ask.mjs')
    const printed = await waitFor('an answer', async () => {
      const { stdout } = await promisify(execFile)(process.execPath, [program, 'Hello'], { env })
      return stdout
    })
    expect(printed).toContain('You said: "Hello"')
  }, 60_000)
})
