import { kubeConfigPath, loadKubeConfig, type KubeConfig } from '@fairlead/controller-runtime'
import type { Options } from './options.ts'

/**
 * The cluster for a part that runs alone: --kubeconfig, else in-cluster, else kubectl's default.
 */
export function clusterConfig(
  options: Pick<Options, 'kubeconfig'>,
  environment: Readonly<Record<string, string | undefined>>,
): KubeConfig {
  if (options.kubeconfig !== undefined) return loadKubeConfig({ file: options.kubeconfig })
  if (environment['KUBERNETES_SERVICE_HOST'] !== undefined) return loadKubeConfig('in-cluster')
  return loadKubeConfig({ file: kubeConfigPath(environment) })
}
