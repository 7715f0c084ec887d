import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { benchKey, type RunningContender, type Site } from '../contract/contender.ts'
import { freePort } from '../processes/free-port.ts'
import { providerSpec, routeSpec } from './add-provider.ts'
import { fairleadMain } from './start-fairlead.ts'

const quickstart = fileURLToPath(new URL('../../examples/quickstart', import.meta.url))

/** Starts `fairlead gateway` for all calls of a site, with its configuration from files. */
export async function startGatewayAlone(site: Site): Promise<RunningContender> {
  const manifests = join(site.folder, 'manifests')
  cpSync(quickstart, manifests, { recursive: true })
  const add = (file: string, object: object) =>
    writeFileSync(join(manifests, `${file}.json`), JSON.stringify(object))
  add('key', secret('quickstart-key'))
  add('bench-key', secret('bench-key'))
  for (const call of site.calls) {
    const spec = providerSpec(site.baseURL(call), call.provider)
    add(`provider-${call.name}`, resource('LLMProvider', call.name, spec))
    add(`route-${call.name}`, resource('RoutingPolicy', call.name, routeSpec(call.name)))
  }
  const [port, admin] = [await freePort(), await freePort()]
  const ports = ['--gateway-port', String(port), '--admin-port', String(admin)]
  const folders = ['--manifests', manifests, '--data-dir', join(site.folder, 'data')]
  return {
    process: site.start({
      name: 'fairlead-gateway',
      command: process.execPath,
      args: ['--conditions=source', fairleadMain, 'gateway', ...folders, ...ports],
      environment: { NODE_ENV: 'production' },
    }),
    url: () => `http://127.0.0.1:${port}/v1/chat/completions`,
    headers: () => ({ authorization: `Bearer ${benchKey}` }),
    checksKeys: true,
  }
}

function secret(name: string): object {
  const data = { 'api-key': Buffer.from(benchKey).toString('base64') }
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'default', name }, data }
}

function resource(kind: string, name: string, spec: object): object {
  const metadata = { namespace: 'default', name }
  return { apiVersion: 'fairlead.dev/v1beta1', kind, metadata, spec }
}
