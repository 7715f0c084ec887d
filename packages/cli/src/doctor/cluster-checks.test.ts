import { definitions, LLMProvider } from '@fairlead/api'
import { type ApiServer, startApiServer } from '@fairlead/apiserver'
import { silentLogger, systemClock } from '@fairlead/base'
import {
  type Client,
  createClient,
  type KubeConfig,
  loadKubeConfig,
} from '@fairlead/controller-runtime'
import { CustomResourceDefinition } from '@fairlead/kube-types'
import { gatewayRules } from '@fairlead/operator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installCustomResourceDefinitions } from '../install-crds.ts'
import { checkKinds, checkPermissions, checkServer } from './cluster-checks.ts'

const { signal } = new AbortController()
let server: ApiServer
let config: KubeConfig
let client: ReturnType<typeof createClient>
beforeAll(async () => {
  server = await startApiServer({ host: '127.0.0.1', port: 0, logger: silentLogger })
  config = loadKubeConfig({ text: server.kubeconfig() })
  client = createClient(config)
})
afterAll(async () => {
  await client.close()
  await server.stop()
})

describe('an API server', () => {
  it('says its version, and is asked what time it is', async () => {
    expect(await checkServer(config, systemClock, signal)).toMatchObject([
      { state: 'ok', message: expect.stringMatching(/^https:\S+ is v1\./) as string },
      { check: 'clock', state: 'ok' },
    ])
  })

  it('behind a proxy is named without the password of the proxy', async () => {
    const behind = { ...config, proxy: 'http://me:hunter2@proxy.test:3128/' }
    const findings = JSON.stringify(await checkServer(behind, systemClock, signal))
    expect(findings).toContain('through the proxy proxy.test:3128')
    expect(findings).not.toContain('hunter2')
  })

  it.each([
    [60, 'problem', 'behind'],
    [-10, 'warning', 'ahead of'],
  ])('whose clock is %i s behind is a %s', async (seconds, state, words) => {
    const clock = { ...systemClock, now: () => systemClock.now() + seconds * 1_000 }
    const [, clocks] = await checkServer(config, clock, signal)
    expect(clocks).toMatchObject({ state, message: expect.stringContaining(words) as string })
  })

  it('that does not answer is a problem', async () => {
    const nowhere = { ...config, server: 'https://127.0.0.1:1' }
    expect(await checkServer(nowhere, systemClock, signal)).toMatchObject([
      { state: 'problem', message: expect.stringContaining('ECONNREFUSED') as string },
    ])
  })
})

it('permissions that are missing are a problem only of the part that is to run', async () => {
  const check = (of: Client, isAsked: boolean) =>
    checkPermissions(of, { name: 'gateway', rules: gatewayRules, isAsked }, signal)
  expect(await check(client, true)).toMatchObject({
    state: 'ok',
    message: 'this user may run the gateway',
  })
  const robot = createClient({
    ...config,
    impersonate: { user: 'robot', groups: ['system:authenticated'] },
  })
  try {
    const message = expect.stringMatching(
      /^this user may not, as the gateway does: list llmgateways, watch llmgateways, /,
    )
    expect(await check(robot, true)).toMatchObject({ state: 'problem', message: message as string })
    expect(await check(robot, false)).toMatchObject({ state: 'warning' })
  } finally {
    await robot.close()
  }
})

it('kinds are missing, then as this version has them, then others', async () => {
  expect(await checkKinds(client, signal)).toMatchObject({ state: 'problem' })
  await installCustomResourceDefinitions(client, silentLogger, signal)
  expect(await checkKinds(client, signal)).toMatchObject({
    state: 'ok',
    message: `all ${definitions.length} are installed as this version has them`,
  })
  const name = LLMProvider.crd.metadata.name ?? ''
  const older = {
    op: 'remove',
    path: '/spec/versions/0/schema/openAPIV3Schema/description',
  }
  await client.patch(
    CustomResourceDefinition,
    { name },
    { type: 'json', body: [older] },
    { signal },
  )
  expect(await checkKinds(client, signal)).toMatchObject({
    state: 'warning',
    message: 'other than in this version: LLMProvider',
  })
})
