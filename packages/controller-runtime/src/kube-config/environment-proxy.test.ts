import { describe, expect, it } from 'vitest'
import { environmentProxy } from './environment-proxy.ts'
import { loadKubeConfig } from './load-kube-config.ts'

const proxy = 'http://proxy.example:3128'

describe('the proxy of the environment', () => {
  it.each([
    ['https://api.example', { HTTPS_PROXY: proxy }, `${proxy}/`],
    ['https://api.example', { https_proxy: proxy }, `${proxy}/`],
    ['https://api.example', { HTTPS_PROXY: proxy, https_proxy: 'http://other' }, `${proxy}/`],
    ['https://api.example', { HTTP_PROXY: proxy }, undefined],
    ['http://api.example', { HTTP_PROXY: proxy }, `${proxy}/`],
    ['http://api.example', { HTTPS_PROXY: proxy }, undefined],
    ['https://api.example', { HTTPS_PROXY: 'proxy.example:3128' }, `${proxy}/`],
    ['https://api.example', { HTTPS_PROXY: 'https://me:it@p.example' }, 'https://me:it@p.example/'],
    ['https://api.example', { HTTPS_PROXY: '' }, undefined],
    ['https://localhost:6443', { HTTPS_PROXY: proxy }, undefined],
    ['https://127.0.0.1:6443', { HTTPS_PROXY: proxy }, undefined],
    ['https://[::1]:6443', { HTTPS_PROXY: proxy }, undefined],
  ])('of %s with %j is %s', (server, env, expected) => {
    expect(environmentProxy(server, env)).toBe(expected)
  })

  // golang.org/x/net http/httpproxy/proxy_test.go: "UseProxyTests"
  it.each([
    ['api.example', 'api.example', false],
    ['api.example', 'example', false],
    ['api.example', '.example', false],
    ['example', '.example', true],
    ['api.example', '*.example', false],
    ['example', '*.example', true],
    ['badexample', 'example', true],
    ['api.example', ' other , API.Example ', false],
    ['api.example', '*', false],
    ['api.example', '', true],
    ['api.example:6443', 'api.example:6443', false],
    ['api.example:6443', 'api.example:443', true],
    ['api.example', 'api.example:443', false],
    ['10.1.2.3:6443', '10.1.2.3', false],
    ['10.1.2.3:6443', '10.1.2.3:6443', false],
    ['10.1.2.3:6443', '10.1.2.3:443', true],
    ['10.1.2.3:6443', '10.0.0.0/8', false],
    ['11.1.2.3:6443', '10.0.0.0/8', true],
    ['[fd00::1]:6443', 'fd00::/8', false],
    ['[fe00::1]:6443', 'fd00::/8', true],
    ['[fd00::1]:6443', '[fd00::1]:6443', false],
    ['[fd00::1]:6443', 'fd00::1', false],
    ['10.1.2.3', 'fd00::/8', true],
    ['api.example', '10.0.0.0/8', true],
    ['10.1.2.3', '10.0.0.0/99', true],
  ])('is for %s with the exceptions "%s": %s', (host, NO_PROXY, isUsed) => {
    const found = environmentProxy(`https://${host}`, { HTTPS_PROXY: proxy, NO_PROXY })
    expect(found).toBe(isUsed ? `${proxy}/` : undefined)
  })

  it('is refused when it cannot be used, without its password', () => {
    const socks = () =>
      environmentProxy('https://api.example', { HTTPS_PROXY: 'socks5://me:hunter2@p.example' })
    expect(socks).toThrow('the environment variable HTTPS_PROXY has the scheme socks5')
    expect(socks).not.toThrow(/hunter2/)
  })

  it('is that of a client, unless the kubeconfig names another', () => {
    const config = (proxyUrl = '') => ({
      text: JSON.stringify({
        'current-context': 'c',
        contexts: [{ name: 'c', context: { cluster: 'c' } }],
        clusters: [
          { name: 'c', cluster: { server: 'https://api.example', 'proxy-url': proxyUrl } },
        ],
      }),
    })
    const env = { HTTPS_PROXY: proxy }
    expect(loadKubeConfig(config(), undefined, env).proxy).toBe(`${proxy}/`)
    expect(loadKubeConfig(config('http://own.example'), undefined, env).proxy).toBe(
      'http://own.example/',
    )
    expect(loadKubeConfig(config(), undefined, {}).proxy).toBeUndefined()
  })

  it('is that of a client in a cluster, too', () => {
    const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' }
    expect(loadKubeConfig('in-cluster', undefined, { ...env, HTTPS_PROXY: proxy }).proxy).toBe(
      `${proxy}/`,
    )
    const exempt = { ...env, HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' }
    expect(loadKubeConfig('in-cluster', undefined, exempt).proxy).toBeUndefined()
  })
})
