import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import type { Client } from '@fairlead/controller-runtime'
import { expect, it } from 'vitest'
import { WorkerReports } from './worker-reports.ts'

/** The entries that the API holds by field manager; writes take as long as the test says. */
function bench() {
  const entries = new Map<string, number>()
  const writes: (() => void)[] = []
  const apply = (
    _: unknown,
    { status }: { readonly status: { readonly replicas: readonly object[] } },
    { fieldManager }: { readonly fieldManager: string },
  ) =>
    new Promise<void>((resolve) => {
      writes.push(() => {
        entries.set(fieldManager, status.replicas.length)
        resolve()
      })
    })
  const reports = new WorkerReports({
    client: { status: { apply } } as unknown as Client,
    url: () => 'http://127.0.0.1:8080',
    target: { namespace: 'default', name: 'default' },
    replica: 'pod',
    clock: new FakeClock(),
    logger: silentLogger,
  })
  /** Does the pending writes, the newest first, until there are none. */
  const settle = async () => {
    for (let idle = 0; idle < 5; idle = writes.length === 0 ? idle + 1 : 0) {
      writes.pop()?.()
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return { reports, entries, settle }
}

const replica = (index: number) => ({
  index,
  report: () => ({ configHash: 'sha256:1', problems: [], providers: [] }),
  onReportChange: () => () => {},
})

it('a worker that takes the place of one that leaves keeps its entry', async () => {
  const { reports, entries, settle } = bench()
  const [first, second] = [replica(0), replica(1)]
  reports.follow([first, second])
  await settle()
  reports.follow([first])
  reports.follow([first, replica(1)])
  await settle()
  expect(Object.fromEntries(entries)).toEqual({
    'fairlead-gateway-pod': 0,
    'fairlead-gateway-pod-0': 1,
    'fairlead-gateway-pod-1': 1,
  })
  const stopped = reports.stop()
  await settle()
  await stopped
  expect([...entries.values()]).toEqual([0, 0, 0])
})
