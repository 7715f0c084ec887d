import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LLMGateway } from '@fairlead/api'
import { silentLogger } from '@fairlead/base'
import { createClient, loadKubeConfig } from '@fairlead/controller-runtime'
import { Deployment, Secret, type rbacV1 } from '@fairlead/kube-types'
import type { KubernetesObject } from '@fairlead/kube-core'
import { operatorRules } from '@fairlead/operator'
import { expect, it } from 'vitest'
import { TestEnvironment } from '@fairlead/testing'
import { accountKubeconfig } from './support/account-kubeconfig.ts'
import { startCommand, type Command } from './support/command.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { waitFor } from './support/wait-for.ts'

const made = { namespace: 'team', name: 'main-gateway' }

function resource(kind: string, name: string, spec: object): KubernetesObject {
  const metadata = { namespace: 'team', name }
  return { apiVersion: 'fairlead.dev/v1alpha1', kind, metadata, spec }
}

function secret(name: string, key: string): KubernetesObject {
  const metadata = { namespace: 'team', name }
  return { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { 'api-key': key } }
}

function consumer(name: string): KubernetesObject {
  return resource('Consumer', name, {
    apiKeys: [{ name: 'first', secretRef: { name, key: 'api-key' } }],
  })
}

async function ask(url: string, key: string): Promise<number> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'any', messages: [{ role: 'user', content: 'hi' }] }),
  })
  await response.text()
  return response.status
}

/** The Pod's command on free ports, with the folder and the API server of this machine. */
function startPod(deployment: Deployment, folder: string, kubeconfig: string): Command {
  const [container] = deployment.spec?.template.spec?.containers ?? []
  const here: Readonly<Record<string, string>> = {
    '--host': '127.0.0.1',
    '--gateway-port': '0',
    '--admin-port': '0',
    '--data-dir': folder,
  }
  const args = (container?.args ?? []).map((arg) => {
    const [flag = ''] = arg.split('=')
    return here[flag] === undefined ? arg : `${flag}=${here[flag]}`
  })
  return startCommand([...args, '--kubeconfig', kubeconfig, '--workers', '1'], {
    FAIRLEAD_REPLICA: 'main-gateway-7d9c-x2x4z',
  })
}

it('a gateway that the operator deploys serves with the permissions of its account alone', async () => {
  await using environment = await TestEnvironment.start({
    server: 'in-process',
    users: { operator: { rules: operatorRules as rbacV1.PolicyRule[] } },
  })
  using folder = temporaryFolder()
  const written = (name: string, kubeconfig: string) => {
    const path = join(folder.path, name)
    writeFileSync(path, kubeconfig, { mode: 0o600 })
    return path
  }
  const operatorUser = { name: environment.users.operator.name }
  const operatorConfig = written('operator', environment.apiServer.addUser(operatorUser).kubeconfig)
  const data = join(folder.path, 'operator-data')
  await using operator = startCommand(
    ['operator', '--kubeconfig', operatorConfig, '--admin-port', '0', '--data-dir', data],
    { FAIRLEAD_GATEWAY_IMAGE: 'registry.test/fairlead:1' },
  )
  await operator.prints(/The operator is (running)/)
  await environment.install(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } },
    secret('web', 'sk-web'),
    resource('LLMProvider', 'simulator', { type: 'Simulator' }),
    consumer('web'),
    resource('LLMGateway', 'main', {
      defaults: { providers: [{ name: 'simulator' }] },
      deployment: {},
    }),
  )
  const deployment = await environment.waitFor(Deployment, made)
  expect(deployment.spec?.template.spec?.containers[0]?.image).toBe('registry.test/fairlead:1')

  const account = await accountKubeconfig(environment.client, environment.kubeconfig(), made)
  const podConfig = written('pod', account)
  await using gateway = startPod(deployment as Deployment, join(folder.path, 'data'), podConfig)
  const url = await gateway.prints(/The gateway listens at (\S+)/)
  expect(await ask(url, 'sk-web')).toBe(200)
  expect(await ask(url, 'sk-other')).toBe(401)

  const config = loadKubeConfig({ file: podConfig })
  const client = createClient(config, { logger: silentLogger })
  const unnamed = client.get(Secret, { namespace: 'team', name: 'unnamed' })
  await expect(unnamed).rejects.toThrow('forbidden')
  await expect(client.list(Secret, { namespace: 'team' })).rejects.toThrow('forbidden')
  await client.close()

  // A Secret that is named later may be read as soon as it is named.
  await environment.install(secret('batch', 'sk-batch'), consumer('batch'))
  await waitFor('the new key', async () => (await ask(url, 'sk-batch')) === 200)
  const { status } = await environment.waitFor(
    LLMGateway,
    { namespace: 'team', name: 'main' },
    ({ status: now }) =>
      now?.conditions?.some(({ type, status: is }) => type === 'Programmed' && is === 'True') ===
      true,
  )
  expect(status?.replicas?.map(({ name }) => name)).toEqual(['main-gateway-7d9c-x2x4z'])
  await environment.remove(consumer('web'))
  await waitFor('the end of a key', async () => (await ask(url, 'sk-web')) === 401)
  gateway.kill('SIGTERM')
  expect(await gateway.ended).toBe(0)
}, 120_000)
