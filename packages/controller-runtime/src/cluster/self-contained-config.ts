import { parse } from 'yaml'
import { type KubeConfig, KubeConfigError } from '../kube-config/kube-config.ts'
import { decodeKubeConfigDocument } from '../kube-config/kube-config-document.ts'
import { loadKubeConfig } from '../kube-config/load-kube-config.ts'

/**
 * A config from a kubeconfig that others have written: it may name neither files nor commands, which
 * would be this machine's. Throws KubeConfigError.
 */
export function selfContainedConfig(text: string, what: string): KubeConfig {
  const { users } = decodeKubeConfigDocument(parsed(text, what), what, () => {
    throw new KubeConfigError(`${what} names a file: include its content as data instead`)
  })
  for (const [name, { exec }] of users) {
    if (exec === undefined) continue
    throw new KubeConfigError(`${what} runs a command for the user "${name}": use a token instead`)
  }
  return loadKubeConfig({ text })
}

function parsed(text: string, what: string): unknown {
  try {
    return parse(text)
  } catch {
    // The parser's message quotes the text, which contains credentials.
    throw new KubeConfigError(`${what} is not valid YAML`)
  }
}
