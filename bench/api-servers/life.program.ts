// node life.program.ts: a new process that starts an API server as a test does, creates an object, and
// stops it; twice, because the first life in a process pays for what later ones find ready. It prints
// `ServerLife` as JSON.

/** How long each part took, in milliseconds. */
export interface ServerLife {
  readonly importMs: number
  readonly startMs: number
  readonly firstLifeMs: number
  readonly laterStartMs: number
  readonly laterLifeMs: number
}

const begun = performance.now()
const { TestEnvironment } = await import('@fairlead/apiserver/testing')
const importMs = performance.now() - begun
const first = await life()
const later = await life()
const result: ServerLife = {
  importMs,
  startMs: first.startMs,
  firstLifeMs: first.lifeMs,
  laterStartMs: later.startMs,
  laterLifeMs: later.lifeMs,
}
process.stdout.write(`${JSON.stringify(result)}\n`)

async function life(): Promise<{ readonly startMs: number; readonly lifeMs: number }> {
  const start = performance.now()
  const environment = await TestEnvironment.start()
  const startMs = performance.now() - start
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' } }
  const path = '/api/v1/namespaces/default/configmaps'
  await environment.server.request('POST', path, object)
  await environment.stop()
  return { startMs, lifeMs: performance.now() - start }
}
