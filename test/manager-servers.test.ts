import { request } from 'node:https'
import { TestEnvironment } from '@fairlead/apiserver/testing'
import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import {
  type HttpServer,
  loadKubeConfig,
  Manager,
  type ManagerOptions,
} from '@fairlead/controller-runtime'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'

/** What a server answers to one request, over HTTPS that nobody checks. */
function ask(
  server: HttpServer | undefined,
  path: string,
  { token, method = 'GET' }: { token?: string; method?: string } = {},
): Promise<{ status: number; body: string }> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return new Promise((resolve, reject) => {
    const port = server?.address?.port
    const options = { port, path, method, headers, agent: false, rejectUnauthorized: false }
    const asked = request(options, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += String(chunk)))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    asked.on('error', reject).end()
  })
}

describe('the servers of a manager', () => {
  let environment: TestEnvironment
  beforeAll(async () => {
    environment = await TestEnvironment.start()
  })
  afterAll(() => environment.stop())

  async function start(options: Partial<ManagerOptions>): Promise<Manager> {
    const config = loadKubeConfig({ text: environment.kubeconfig() })
    const manager = new Manager({ config, logger: silentLogger, ...options })
    const stop = new AbortController()
    const running = manager.start(stop.signal)
    onTestFinished(async () => {
      stop.abort()
      await running
    })
    const { metrics, health, profiling } = manager.servers
    for (const server of [metrics, health, profiling]) await server?.whenListening()
    return manager
  }

  const secured = {
    bindAddress: '127.0.0.1:0',
    secure: true,
    authentication: 'kubernetes',
  } as const

  /** A token of a new ServiceAccount that may get and put the path. */
  async function serviceAccountFor(name: string, path: string): Promise<string> {
    const rbac = 'rbac.authorization.k8s.io'
    await environment.install(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'default' } },
      {
        apiVersion: `${rbac}/v1`,
        kind: 'ClusterRole',
        metadata: { name },
        rules: [{ nonResourceURLs: [path], verbs: ['get', 'put'] }],
      },
      {
        apiVersion: `${rbac}/v1`,
        kind: 'ClusterRoleBinding',
        metadata: { name },
        subjects: [{ kind: 'ServiceAccount', name, namespace: 'default' }],
        roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
      },
    )
    const answer = await environment.server.request(
      'POST',
      `/api/v1/namespaces/default/serviceaccounts/${name}/token`,
      {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds: 7_200 },
      },
    )
    return (answer as { status: { token: string } }).status.token
  }

  const url = (server: HttpServer | undefined) => `http://127.0.0.1:${server?.address?.port}`

  // controller-runtime pkg/manager/manager_test.go: "should serve metrics endpoint",
  // "should not serve anything other than metrics endpoint by default", "should serve metrics in its registry"
  it('serve the metrics, and nothing else', async () => {
    const manager = await start({ metricsServer: { bindAddress: '127.0.0.1:0' } })
    const at = url(manager.servers.metrics)
    const response = await fetch(`${at}/metrics`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4')
    expect(await response.text()).toContain(
      '# TYPE certwatcher_read_certificate_total counter\ncertwatcher_read_certificate_total 0\n',
    )
    const plain = await fetch(`${at}/metrics`, { headers: { 'accept-encoding': 'gzip;q=0' } })
    expect(plain.headers.get('content-encoding')).toBeNull()
    expect(await plain.text()).toContain('certwatcher_read_certificate_total 0\n')
    expect((await fetch(`${at}/should-not-exist`)).status).toBe(404)
  })

  // controller-runtime pkg/manager/manager_test.go: "should stop serving metrics when stop is called"
  it('stop with the manager', async () => {
    const config = loadKubeConfig({ text: environment.kubeconfig() })
    const metricsServer = { bindAddress: '127.0.0.1:0' }
    const manager = new Manager({ config, logger: silentLogger, metricsServer })
    const stop = new AbortController()
    const running = manager.start(stop.signal)
    await manager.servers.metrics?.whenListening()
    const at = url(manager.servers.metrics)
    expect((await fetch(`${at}/metrics`)).status).toBe(200)
    stop.abort()
    await running
    await expect(fetch(`${at}/metrics`)).rejects.toThrow()
  })

  // controller-runtime pkg/manager/manager_test.go: "should not initialize a metrics server if metrics is disabled"
  it('are not there unless they are asked for', async () => {
    const { servers } = await start({ metricsServer: { bindAddress: '0' } })
    expect(servers).toEqual({ metrics: undefined, health: undefined, profiling: undefined })
  })

  // controller-runtime pkg/manager/manager_test.go: "should serve readiness endpoint", "should serve liveness endpoint"
  it('tell whether the manager is alive and ready, check by check', async () => {
    const manager = await start({ healthServer: { bindAddress: '127.0.0.1:0' } })
    let failing = true
    manager.addReadyzCheck('mine', () => {
      if (failing) throw new Error('not mine')
    })
    const at = url(manager.servers.health)
    const status = async (path: string) => (await fetch(`${at}${path}`)).status
    expect(await status('/readyz')).toBe(500)
    failing = false
    await expect.poll(() => status('/readyz')).toBe(200)
    expect(await status('/healthz')).toBe(200)
    expect(await status('/healthz/event-loop')).toBe(200)
    expect(await (await fetch(`${at}/readyz?verbose`)).text()).toContain('[+]mine ok\n')
    const excluded = await fetch(`${at}/readyz?verbose&exclude=mine`)
    expect(excluded.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(await excluded.text()).toContain('[+]mine excluded: ok\n')
    expect(await status('/readyz/mine')).toBe(200)
    expect(await status('/readyz/other')).toBe(404)
    expect(await status('/metrics')).toBe(404)
  })

  describe('with authentication by the API server', () => {
    // controller-runtime pkg/metrics/filters/filters_test.go: "should serve metrics in its registry"
    it('serve the metrics to who is allowed them', async () => {
      const { servers } = await start({ metricsServer: secured })
      const token = await serviceAccountFor('scraper', '/metrics')
      const { status, body } = await ask(servers.metrics, '/metrics', { token })
      expect(status).toBe(200)
      expect(body).toContain('certwatcher_read_certificate_total 0\n')
    })

    // controller-runtime pkg/metrics/filters/filters_test.go: "should serve extra endpoints"
    it('guard extra endpoints, each by itself', async () => {
      const extraHandlers = { '/debug': () => ({ status: 200, body: 'Some debug info' }) }
      const { servers } = await start({ metricsServer: { ...secured, extraHandlers } })
      const token = await serviceAccountFor('metrics-test', '/debug')
      const debug = (more: object) => ask(servers.metrics, '/debug', more)
      expect(await debug({})).toEqual({ status: 401, body: 'Unauthorized\n' })
      expect(await debug({ token: 'nobody' })).toEqual({ status: 401, body: 'Unauthorized\n' })
      expect(await debug({ token, method: 'PUT' })).toEqual({
        status: 200,
        body: 'Some debug info',
      })
      expect((await debug({ token, method: 'DELETE' })).status).toBe(403)
      expect(await ask(servers.metrics, '/metrics', { token })).toEqual({
        status: 403,
        body: 'Authorization denied for user system:serviceaccount:default:metrics-test\n',
      })
    })

    it('remember who is allowed for a while, and then ask again', async () => {
      const clock = new FakeClock()
      const manager = await start({ metricsServer: secured, clock })
      const token = await serviceAccountFor('remembered', '/metrics')
      const status = async () => (await ask(manager.servers.metrics, '/metrics', { token })).status
      expect(await status()).toBe(200)
      await environment.remove({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'remembered' },
      })
      expect(await status()).toBe(200)
      await clock.advance(5 * 60_000)
      expect(await status()).toBe(403)
      await environment.remove({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'remembered', namespace: 'default' },
      })
      expect(await status()).toBe(403)
      await clock.advance(60_000)
      expect(await status()).toBe(401)
    })
  })
})
