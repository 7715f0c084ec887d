import { existsSync } from 'node:fs'
import { type KubeConfig, KubeConfigError } from '../kube-config/kube-config.ts'
import { kubeConfigPath, loadKubeConfig } from '../kube-config/load-kube-config.ts'

/**
 * The API server of a program, in the order of Go's controller-runtime: the flag, KUBECONFIG, the
 * cluster that it runs in, `.kube/config` in the home directory. Throws KubeConfigError.
 */
export function programKubeConfig(
  flag: string,
  env: Readonly<Record<string, string | undefined>>,
): KubeConfig {
  if (flag !== '') return loadKubeConfig({ file: flag })
  const file = kubeConfigPath(env)
  if (env['KUBECONFIG']) return loadKubeConfig({ file })
  if (env['KUBERNETES_SERVICE_HOST']) return loadKubeConfig('in-cluster')
  if (existsSync(file)) return loadKubeConfig({ file })
  throw new KubeConfigError(
    `no API server to work with: there is no ${file}, and this does not run in a cluster; ` +
      'give --kubeconfig, or set KUBECONFIG',
  )
}
