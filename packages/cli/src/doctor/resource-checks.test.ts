import { systemClock } from '@fairlead/base'
import { type AddressInfo, createServer } from 'node:net'
import type { LLMProviderSettings, Snapshot } from '@fairlead/snapshot'
import { expect, it } from 'vitest'
import { checkProviders } from './resource-checks.ts'

function snapshotWith(providers: Readonly<Record<string, Partial<LLMProviderSettings>>>): Snapshot {
  const entries = Object.entries(providers) as [string, LLMProviderSettings][]
  return { providers: new Map(entries) } as unknown as Snapshot
}

it('providers are connected to, and those in the process or the cluster are not', async () => {
  const server = createServer()
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const open = `127.0.0.1:${port}`
  const snapshot = snapshotWith({
    'team/open': { baseURL: `http://${open}/v1` },
    'team/simulator': { baseURL: '' },
    'team/service': { baseURL: 'http://models.team.svc', isClusterService: true },
    'team/unknown': { baseURL: 'https://no-such-host.invalid/v1' },
    'team/proxied': { baseURL: 'https://no-such-host.invalid', proxyURL: 'http://127.0.0.1:1' },
  })
  const findings = await checkProviders([snapshot, snapshot], systemClock)
  await new Promise((closed) => void server.close(closed))
  expect(findings).toMatchObject([
    { state: 'ok', message: `team/open: ${open} can be reached` },
    {
      state: 'warning',
      message: expect.stringMatching(/^team\/unknown: .*cannot be reached/) as string,
    },
    { state: 'warning', message: expect.stringContaining('ECONNREFUSED') as string },
  ])
})
