import { afterAll, beforeAll, expect, test } from 'vitest'

import { waitFor } from '../../../test/support/wait-for.ts'
import { RunningOperator } from './running-operator.ts'

// Two replicas that run as the ServiceAccount of the manifests: what those forget to allow fails here.
let running: RunningOperator
beforeAll(async () => {
  running = await RunningOperator.start(2)
}, 90_000)
afterAll(() => running?.[Symbol.asyncDispose]())

const sample = (name: string, spec: object = {}, version = 'v1beta1') =>
  JSON.stringify({
    apiVersion: `databases.example.com/${version}`,
    kind: 'DatabaseCluster',
    metadata: { name, namespace: 'default' },
    spec,
  })

const kubectl = (...args: string[]) => running.kubectl(...args)

/** What kubectl says when it is refused. */
async function refusal(args: readonly string[], input?: string): Promise<string> {
  const { code, stderr } = await running.kubectl.run(args, input)
  expect(code).toBe(1)
  return stderr
}

const isRunning = (name: string) =>
  kubectl('wait', `dbc/${name}`, '--for=jsonpath={.status.phase}=Running', '--timeout=60s')

test('a cluster lives, is scaled, is backed up and goes', async () => {
  const old = sample('orders', { size: 4, production: true }, 'v1alpha1')
  const { stdout, stderr } = await running.kubectl.run(['apply', '-f', '-'], old)
  expect(stdout).toBe('databasecluster.databases.example.com/orders created\n')
  expect(stderr).toContain('databases.example.com/v1alpha1 DatabaseCluster is deprecated')
  await isRunning('orders')
  expect(await kubectl('get', 'dbc', 'orders', '-o', 'jsonpath={.apiVersion} {.spec}')).toBe(
    'databases.example.com/v1beta1 {"environment":"production","minReplicas":3,"replicas":4,"storage":"10Gi","version":"17"}',
  )
  expect(await kubectl('get', 'dbc', 'orders')).toMatch(
    /NAME +PHASE +READY +ENDPOINT +AGE\norders +Running +4 +orders\.default\.svc:5432 /,
  )

  await kubectl('scale', 'dbc/orders', '--replicas=5')
  await kubectl('wait', 'dbc/orders', '--for=jsonpath={.status.readyReplicas}=5', '--timeout=60s')
  await isRunning('orders')
  await waitFor('the events', async () => {
    const described = await kubectl('describe', 'dbc', 'orders')
    return (
      /Normal +Scaling .* from 4 to 5 replicas/.test(described) &&
      / 4 replicas are ready/.test(described)
    )
  })

  await kubectl('delete', 'dbc', 'orders', '--timeout=60s')
  expect(
    await kubectl(
      'get',
      'statefulsets,secrets,services,jobs',
      '-l',
      'operator.fairlead.dev/child',
      '-o',
      'name',
    ),
  ).toBe('')
  // The claim with the backup stays, and the next cluster of the name takes it.
  const claim = [
    'get',
    'pvc',
    'orders-backups',
    '-o',
    'jsonpath={.metadata.ownerReferences[*].name}',
  ]
  expect(await kubectl(...claim)).toBe('')
  await running.kubectl.apply(sample('orders'))
  await isRunning('orders')
  expect(await kubectl(...claim)).toBe('orders')
  await kubectl('delete', 'dbc', 'orders', '--timeout=60s')
}, 120_000)

test('no cluster without replicas is stored', async () => {
  expect(await refusal(['apply', '-f', '-'], sample('none', { replicas: 0 }))).toBe(
    'The DatabaseCluster "none" is invalid: spec.replicas: Invalid value: 0: must be greater than zero\n',
  )
})

test('production is scaled below its threshold only when one who may has allowed it', async () => {
  await running.kubectl.apply(sample('shop', { replicas: 4, environment: 'production' }))
  await isRunning('shop')
  await kubectl('apply', '-f', new URL('fixtures/users.yaml', import.meta.url).pathname)
  const denied =
    'denied the request: production keeps at least 3 replicas, unless one who may sets databases.example.com/allow-scale-down: "true"'
  const asJo = ['--as=jo']
  const merge = (spec: object) => [
    'patch',
    'dbc',
    'shop',
    '--type=merge',
    '-p',
    JSON.stringify({ spec }),
  ]
  expect(await refusal(['scale', 'dbc/shop', '--replicas=2', ...asJo])).toContain(denied)
  expect(await refusal([...merge({ replicas: 2 }), ...asJo])).toContain(denied)
  expect(await refusal([...merge({ minReplicas: 1 }), ...asJo])).toContain(denied)
  expect(await refusal([...merge({ environment: 'development' }), ...asJo])).toContain(denied)
  await kubectl('scale', 'dbc/shop', '--replicas=3', ...asJo)

  const allow = ['annotate', 'dbc', 'shop', 'databases.example.com/allow-scale-down=true']
  expect(await refusal([...allow, ...asJo])).toContain(
    'denied the request: jo may not set databases.example.com/allow-scale-down: it needs the verb scaledown on databaseclusters',
  )
  await kubectl(...allow, '--as=alex')
  await kubectl('scale', 'dbc/shop', '--replicas=1', ...asJo)
  await kubectl('wait', 'dbc/shop', '--for=jsonpath={.status.readyReplicas}=1', '--timeout=60s')
  await kubectl('delete', 'dbc', 'shop', '--timeout=60s')
}, 120_000)

test('a cluster whose backup fails stays, and says why, until the backup succeeds', async () => {
  await running.kubectl.apply(sample('books', { replicas: 1 }))
  await isRunning('books')
  const policy = new URL('fixtures/failing-backups.yaml', import.meta.url).pathname
  await kubectl('apply', '-f', policy)
  await kubectl('delete', 'dbc', 'books', '--wait=false')
  const failed = await waitFor('the failure', async () => {
    const message = await kubectl(
      'get',
      'dbc',
      'books',
      '-o',
      'jsonpath={.status.phase}: {.status.conditions[?(@.type=="Degraded")].message}',
    )
    return message.includes('delete the Job') && message
  })
  expect(failed).toMatch(
    /^Deleting: the finalizer databases.example.com\/backup: .*BackoffLimitExceeded.*: to try again, delete the Job books-last-backup$/,
  )
  expect(await kubectl('describe', 'dbc', 'books')).toMatch(
    /Warning +ReconcileFailed .*books-last-backup/,
  )
  await kubectl('get', 'statefulset', 'books-database')
  await kubectl('delete', '-f', policy)
  await kubectl('delete', 'job', 'books-last-backup')
  await kubectl('wait', 'dbc/books', '--for=delete', '--timeout=60s')
  await waitFor('the event', async () =>
    (await kubectl('get', 'events.events.k8s.io')).includes(
      'the last backup is in the claim books-backups',
    ),
  )
}, 120_000)

// The last, because it takes a replica away.
test('when the leader is killed, the other goes on', async () => {
  const leader = await running.leader()
  leader.process.kill('SIGKILL')
  await waitFor('another leader', async () => (await running.leader()) !== leader, 40_000)
  await running.kubectl.apply(sample('after', { replicas: 1 }))
  await isRunning('after')
  expect(running.replicas.map(({ log }) => log()).join('')).not.toContain('is forbidden')
}, 90_000)
