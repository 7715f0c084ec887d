import { TestEnvironment } from '@fairlead/apiserver/testing'
import { FakeClock } from '@fairlead/base/testing'
import { silentLogger } from '@fairlead/base'
import { loadKubeConfig, Manager, probeResponse } from '@fairlead/controller-runtime'
import { ConfigMap } from '@fairlead/kube-types'
import { expect, it, onTestFinished } from 'vitest'
import { waitFor } from './support/wait-for.ts'

it('an operator that the API server leaves alone is not ready, and recovers by itself', async () => {
  const environment = await TestEnvironment.start()
  const clock = new FakeClock()
  const manager = new Manager({
    config: loadKubeConfig({ text: environment.kubeconfig() }, clock),
    clock,
    logger: silentLogger,
  })
  const informer = manager.cache.informerFor(ConfigMap, { namespace: 'default' })
  const stop = new AbortController()
  const running = manager.start(stop.signal)
  onTestFinished(async () => {
    stop.abort()
    await running
    await environment.stop()
  })
  const readiness = () => probeResponse('/readyz', new URLSearchParams(), manager.healthChecks)
  await waitFor('readiness', () => readiness().status === 200)

  const hanging = environment.faults.inject({ resource: 'configmaps', fault: { type: 'hang' } })
  environment.faults.dropWatches()
  await waitFor('the resumed watch', () => hanging.hits > 0)
  await environment.install({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'missed', namespace: 'default' },
  })
  await clock.advance(60_000)
  await waitFor('the hanging watch to be noticed', () => informer.failingForMs !== undefined)
  await clock.advance(60_001)
  expect(readiness().status).toBe(500)
  expect(informer.get({ namespace: 'default', name: 'missed' })).toBeUndefined()

  environment.faults.clear()
  // What it waits for, a request that hangs or the next attempt, begins when it is scheduled.
  await waitFor('the missed object', async () => {
    await clock.advance(1_000)
    return informer.get({ namespace: 'default', name: 'missed' }) !== undefined
  })
  expect(readiness().status).toBe(200)
})
