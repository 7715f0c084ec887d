import { expect, it } from 'vitest'
import { keyedProvider, snapshotOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { testProxy } from './test-support/test-proxy.ts'
import { chunks, completion, json, sse } from './test-support/upstream.ts'

const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }] }
const secrets = { upstream: 'sk-upstream' }
const local = { address: '127.0.0.1', family: 4 }
const inside = { address: '10.0.0.1', family: 4 }
const metadata = { address: '169.254.169.254', family: 4 }

it('calls go through one tunnel of the proxy, streams too', async () => {
  const [proxy, upstream] = [await testProxy(), await testUpstream(json(200, completion('ok')))]
  const provider = keyedProvider('upstream', { baseURL: upstream.url, proxyURL: proxy.url })
  const gateway = await testGateway({ providers: [provider], secrets })
  expect(await (await gateway.chat(body)).json()).toMatchObject(completion('ok'))
  upstream.answer = sse(...chunks(['one', ' two']))
  expect(await (await gateway.chat({ ...body, stream: true })).text()).toContain(' two')
  expect(upstream.requests.map(({ headers }) => headers.host)).toEqual(
    Array(2).fill(new URL(upstream.url).host),
  )
  expect(proxy.tunnels).toEqual([new URL(upstream.url).host])
})

it("the proxy resolves the provider's name, and the gateway only the proxy's", async () => {
  const [proxy, upstream] = [await testProxy(), await testUpstream(json(200, completion('ok')))]
  const { port } = new URL(upstream.url)
  const names: string[] = []
  const gateway = await testGateway({
    providers: [
      keyedProvider('upstream', {
        baseURL: `http://models.example:${port}/v1`,
        proxyURL: `http://proxy.example:${proxy.port}`,
      }),
    ],
    secrets,
    options: {
      resolveHost: (name) => {
        names.push(name)
        return Promise.resolve([metadata, local])
      },
    },
  })
  expect((await gateway.chat(body)).status).toBe(200)
  expect(proxy.tunnels).toEqual([`models.example:${port}`])
  expect(upstream.requests[0]?.headers.host).toBe(`models.example:${port}`)
  expect(names).toEqual(['proxy.example'])
})

it('providers at one address with different proxies share no connection', async () => {
  const [left, right] = [await testProxy(), await testProxy()]
  const upstream = await testUpstream(json(200, completion('ok')))
  const { url: baseURL } = upstream
  const gateway = await testGateway({
    providers: [
      keyedProvider('left', { baseURL, proxyURL: left.url, models: [modelOf('l')] }),
      keyedProvider('right', { baseURL, proxyURL: right.url, models: [modelOf('r')] }),
      keyedProvider('straight', { baseURL, models: [modelOf('s')] }),
    ],
    secrets: { left: 'sk', right: 'sk', straight: 'sk' },
  })
  for (const model of ['l', 'r', 's']) {
    expect((await gateway.chat({ ...body, model })).status).toBe(200)
  }
  expect([left.tunnels.length, right.tunnels.length]).toEqual([1, 1])
})

it.each([403, 407])('a refusal with %s names the proxy and its status alone', async (status) => {
  const proxy = await testProxy(status)
  const provider = keyedProvider('upstream', {
    baseURL: 'https://models.example/v1',
    proxyURL: proxy.url,
  })
  const gateway = await testGateway({ providers: [provider], secrets })
  const response = await gateway.chat(body)
  expect(response.status).toBe(502)
  const text = await response.text()
  expect(JSON.parse(text)).toMatchObject({ error: { code: 'upstream_unreachable' } })
  expect(text).toContain(
    `the proxy ${proxy.url} opened no tunnel to models.example:443: it answered with status ${status}`,
  )
  expect(text + JSON.stringify(gateway.logs)).not.toMatch(/proxy secret|sk-upstream/)
  expect(gateway.report().providers[0]).toMatchObject({ health: 'Unreachable' })
})

it('what fails behind the proxy is said to be so', async () => {
  const [proxy, upstream] = [await testProxy(), await testUpstream(json(200, completion('ok')))]
  const provider = keyedProvider('upstream', {
    baseURL: upstream.url.replace('http:', 'https:'),
    proxyURL: proxy.url,
  })
  const gateway = await testGateway({ providers: [provider], secrets })
  const { error } = (await (await gateway.chat(body)).json()) as { error: { message: string } }
  expect(error.message).toMatch(/could not be reached \([A-Z_]+, through the proxy http:\/\/127/)
})

it.each([
  ['a private address of the proxy', 'http://10.0.0.1:3128', 'https://models.example/v1', false],
  ['a private name of the proxy', 'http://inside.example', 'https://models.example/v1', false],
  ['metadata as the proxy', 'http://169.254.169.254', 'https://models.example/v1', true],
  ['a metadata name of the proxy', 'http://metadata.example', 'https://models.example/v1', true],
  ['a private provider', 'http://public.example:3128', 'http://127.0.0.1:9/v1', false],
  ['a metadata provider', 'http://public.example:3128', 'http://169.254.169.254/v1', true],
])('%s is denied', async (_name, proxyURL, baseURL, allowPrivateNetworks) => {
  const gateway = await testGateway({
    gateway: { allowPrivateNetworks },
    providers: [keyedProvider('upstream', { baseURL, proxyURL })],
    secrets,
    options: {
      resolveHost: (name) => Promise.resolve([name === 'inside.example' ? inside : metadata]),
    },
  })
  const response = await gateway.chat(body)
  expect(response.status).toBe(502)
  const { error } = (await response.json()) as { error: { code: string; message: string } }
  expect(error.code).toBe('egress_denied')
  expect(error.message.includes('the proxy ')).toBe(!proxyURL.includes('public'))
})

it('another proxy is used from the next call on', async () => {
  const [first, second] = [await testProxy(), await testProxy()]
  const upstream = await testUpstream(json(200, completion('ok')))
  const through = (proxyURL: string) => [
    keyedProvider('upstream', { baseURL: upstream.url, proxyURL }),
  ]
  const gateway = await testGateway({ providers: through(first.url), secrets })
  expect((await gateway.chat(body)).status).toBe(200)
  gateway.snapshots.set(snapshotOf({ providers: through(second.url) }))
  expect((await gateway.chat(body)).status).toBe(200)
  expect([first.tunnels.length, second.tunnels.length]).toEqual([1, 1])
})

function modelOf(name: string) {
  return {
    name,
    aliases: [],
    contextWindow: undefined,
    maxOutputTokens: undefined,
    capabilities: [],
  }
}
