import { fromDebianArchive } from './debian-archive.ts'
import { fromGoModule } from './go-module.ts'
import { printedVersion } from './version.ts'
import type { Program } from './program.ts'

/** What checks rules of Prometheus, and evaluates them, with Prometheus' own engine. */
export const promtool: Program = {
  name: 'promtool',
  variable: 'PROMTOOL',
  oldest: '2.42',
  versionOf: printedVersion(['--version'], /^promtool, version (\d+\.\d+\.\d+)/),
  sources: [
    fromDebianArchive('prometheus', '2.42.0', 'usr/bin/promtool'),
    fromGoModule({
      module: 'github.com/prometheus/prometheus',
      command: 'cmd/promtool',
      // Prometheus 3.16.0 as a module of Go
      moduleVersion: 'v0.316.0',
      version: '3.16.0',
      versionVariable: 'github.com/prometheus/common/version.Version',
    }),
  ],
  byHand: 'install Prometheus, as https://prometheus.io/download/ has it',
}
