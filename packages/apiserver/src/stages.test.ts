import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { startApiServer, type ApiServer } from './index.ts'

const kubectlPath = process.env['KUBECTL'] ?? 'kubectl'

describe('kubectl, where workloads reach their steady state', () => {
  let server: ApiServer
  let home: string

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'fairlead-stages-'))
    server = await startApiServer({ stages: true })
    writeFileSync(join(home, 'kubeconfig'), server.kubeconfig(), { mode: 0o600 })
  })

  afterAll(async () => {
    await server?.stop()
    rmSync(home, { recursive: true, force: true })
  })

  /** Its output; rejects when it fails. */
  function kubectl(...args: string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const env = { ...process.env, HOME: home, KUBECONFIG: join(home, 'kubeconfig') }
      execFile(kubectlPath, args, { env }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout)
        else reject(new Error(stderr, { cause: error }))
      })
    })
  }

  it('rolls a deployment out, changes it, and goes back', async () => {
    await kubectl('create', 'deployment', 'web', '--image=nginx:1', '--replicas=3')
    expect(await kubectl('rollout', 'status', 'deployment/web', '--timeout=20s')).toContain(
      'successfully rolled out',
    )
    await kubectl('set', 'image', 'deployment/web', 'nginx=nginx:2')
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=20s')
    expect(await kubectl('rollout', 'history', 'deployment/web')).toMatch(/^1 .*\n2 /m)
    await kubectl('rollout', 'undo', 'deployment/web')
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=20s')
    const image = '{.spec.template.spec.containers[0].image}'
    expect(await kubectl('get', 'deployment/web', '-o', `jsonpath=${image}`)).toBe('nginx:1')
    expect(await kubectl('rollout', 'history', 'deployment/web')).toMatch(/^2 .*\n3 /m)
  }, 60_000)

  it('scales, pauses, resumes, restarts and waits', async () => {
    await kubectl('create', 'deployment', 'api', '--image=nginx:1')
    await kubectl('wait', '--for=condition=Available', 'deployment/api', '--timeout=20s')
    await kubectl('scale', 'deployment/api', '--replicas=4')
    await kubectl('rollout', 'status', 'deployment/api', '--timeout=20s')
    await kubectl('rollout', 'pause', 'deployment/api')
    await kubectl('set', 'image', 'deployment/api', 'nginx=nginx:2')
    await kubectl('rollout', 'resume', 'deployment/api')
    await kubectl('rollout', 'restart', 'deployment/api')
    await kubectl('rollout', 'status', 'deployment/api', '--timeout=20s')
    await kubectl('wait', '--for=condition=Ready', 'pod', '-l', 'app=api', '--timeout=20s')
    const pods = await kubectl('get', 'pods', '-l', 'app=api', '--no-headers')
    expect(pods.trim().split('\n')).toHaveLength(4)
    expect(pods).toMatch(/1\/1\s+Running/)
    await kubectl('delete', 'deployment/api', '--timeout=20s')
    await kubectl('wait', '--for=delete', 'pod', '-l', 'app=api', '--timeout=20s')
  }, 60_000)

  it('knows the pods of jobs and cron jobs', async () => {
    await kubectl('create', 'job', 'once', '--image=busybox', '--', 'true')
    await kubectl('wait', '--for=condition=Complete', 'job/once', '--timeout=20s')
    await kubectl('create', 'cronjob', 'nightly', '--image=busybox', '--schedule=0 3 * * *')
    await kubectl('create', 'job', 'now', '--from=cronjob/nightly')
    await kubectl('wait', '--for=condition=Complete', 'job/now', '--timeout=20s')
    expect(await kubectl('get', 'job/now', '--no-headers')).toMatch(/Complete\s+1\/1/)
  }, 60_000)

  it('rolls out other sets, exposes them, and scales them', async () => {
    const labels = { app: 'db' }
    const containers = [{ name: 'main', image: 'nginx:1', ports: [{ containerPort: 80 }] }]
    const spec = {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    }
    for (const [kind, more] of [
      ['StatefulSet', { serviceName: 'db', replicas: 2 }],
      ['DaemonSet', {}],
    ] as const) {
      const name = kind.toLowerCase()
      const file = join(home, `${name}.json`)
      const object = { apiVersion: 'apps/v1', kind, metadata: { name }, spec: { ...spec, ...more } }
      writeFileSync(file, JSON.stringify(object))
      await kubectl('apply', '-f', file)
      await kubectl('rollout', 'status', `${name}/${name}`, '--timeout=20s')
      await kubectl('set', 'image', `${name}/${name}`, 'main=nginx:2')
      await kubectl('rollout', 'status', `${name}/${name}`, '--timeout=20s')
      await kubectl('rollout', 'undo', `${name}/${name}`)
      await kubectl('rollout', 'status', `${name}/${name}`, '--timeout=20s')
      expect(await kubectl('rollout', 'history', `${name}/${name}`)).toMatch(/^2 .*\n3 /m)
      await kubectl('delete', `${name}/${name}`, '--timeout=20s')
    }
  }, 60_000)

  it('exposes, autoscales and limits disruptions', async () => {
    await kubectl('create', 'deployment', 'shop', '--image=nginx:1', '--replicas=2')
    await kubectl('rollout', 'status', 'deployment/shop', '--timeout=20s')
    await kubectl('expose', 'deployment/shop', '--port=80', '--type=LoadBalancer')
    await kubectl(
      'wait',
      '--for=jsonpath={.status.loadBalancer.ingress}',
      'service/shop',
      '--timeout=20s',
    )
    expect(await kubectl('get', 'endpoints/shop', '--no-headers')).toMatch(/10\.128\.[0-9.]+:80,/)
    await kubectl('autoscale', 'deployment/shop', '--min=3', '--max=5')
    await kubectl(
      'wait',
      '--for=jsonpath={.status.readyReplicas}=3',
      'deployment/shop',
      '--timeout=20s',
    )
    await kubectl(
      'create',
      'poddisruptionbudget',
      'shop',
      '--selector=app=shop',
      '--min-available=2',
    )
    await kubectl(
      'wait',
      '--for=jsonpath={.status.disruptionsAllowed}=1',
      'pdb/shop',
      '--timeout=20s',
    )
  }, 60_000)

  it('describes what has happened, drains nodes and evicts by taints', async () => {
    await kubectl('create', 'deployment', 'told', '--image=nginx:1')
    await kubectl('rollout', 'status', 'deployment/told', '--timeout=20s')
    expect(await kubectl('describe', 'deployment/told')).toMatch(
      /Normal +ScalingReplicaSet +\S+ +deployment-controller +Scaled up replica set told-\w+ from 0 to 1/,
    )
    const pods = ['pods', '--selector=app=told']
    expect(await kubectl('describe', ...pods)).toMatch(
      /Scheduled .* default-scheduler .*\n.*Pulled .*\n.*Created .*\n.*Started .* kubelet +Started container nginx/,
    )
    const node = 'fairlead-node'
    const drain = ['--force', '--ignore-daemonsets', '--timeout=30s', '--pod-selector=app=told']
    expect(await kubectl('drain', node, ...drain)).toContain(`node/${node} drained`)
    expect(await kubectl('describe', ...pods)).toMatch(
      /Warning +FailedScheduling .*0\/1 nodes are available: 1 node\(s\) were unschedulable\./,
    )
    await kubectl('uncordon', node)
    await kubectl('rollout', 'status', 'deployment/told', '--timeout=20s')
    await kubectl('taint', 'node', node, 'full=yes:NoExecute')
    expect(await kubectl('events', '--types=Normal')).toMatch(
      /TaintManagerEviction +Pod\/told-\S+ +Marking for deletion Pod default\/told-/,
    )
    await kubectl('taint', 'node', node, 'full-')
    await kubectl('rollout', 'status', 'deployment/told', '--timeout=20s')
  }, 60_000)
})
