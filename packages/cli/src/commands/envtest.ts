import type { CommandContext } from '../command-context.ts'
import { writeAssets } from '../envtest/write-assets.ts'
import { UsageError } from '../usage-error.ts'

/** Writes the programs with which Go's envtest starts our API server. */
export async function envtest({ environment, own, print }: CommandContext): Promise<void> {
  const [action, directory, ...rest] = own.words
  if (action !== 'assets' || directory === undefined || rest.length > 0) {
    throw new UsageError('expected assets DIRECTORY; see fairlead envtest --help')
  }
  const written = writeAssets(directory, environment['PATH'])
  const kubectl =
    written.kubectl === undefined
      ? 'There is no kubectl on the path: tests that run it need one in that directory.\n'
      : `kubectl is that of ${written.kubectl}.\n`
  print(
    `etcd and kube-apiserver are in ${written.directory}.\n${kubectl}\n  export KUBEBUILDER_ASSETS=${written.directory}\n`,
  )
}
