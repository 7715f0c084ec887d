import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startMeasured, type MeasuredProcess } from './measured-process.ts'

interface StaticAnswer {
  readonly content: string
  readonly type: string
  /** Path below `/<name>`; defaults to OpenAI's. */
  readonly path?: string
}

/** A provider that costs next to nothing: static responses from memory-mapped files. */
export function startStaticUpstream(
  folder: string,
  port: number,
  answers: Readonly<Record<string, StaticAnswer>>,
): MeasuredProcess {
  mkdirSync(join(folder, 'answers'), { recursive: true })
  const locations = Object.entries(answers).map(
    ([name, { content, type, path = '/chat/completions' }]) => {
      writeFileSync(join(folder, 'answers', name), content)
      return `
      location = /${name}${path} { error_page 405 =200 /answers/${name}; return 405; }
      location = /answers/${name} { internal; types {} default_type "${type}"; root ${folder}; }`
    },
  )
  return startNginx(
    folder,
    'upstream',
    `server { listen 127.0.0.1:${port}; ${locations.join('')} }`,
  )
}

/** The plainest reverse proxy: the minimum cost of any hop in front of a provider. */
export function startPlainProxy(
  folder: string,
  port: number,
  upstreamPort: number,
): MeasuredProcess {
  return startNginx(
    folder,
    'proxy',
    `upstream provider { server 127.0.0.1:${upstreamPort}; keepalive 64; }
     server {
       listen 127.0.0.1:${port};
       location / {
         proxy_pass http://provider;
         proxy_http_version 1.1;
         proxy_set_header Connection "";
         proxy_buffers 16 64k;
         proxy_buffer_size 64k;
       }
     }`,
  )
}

function startNginx(folder: string, name: string, servers: string): MeasuredProcess {
  const path = join(folder, `${name}.conf`)
  // nginx's workers run as another user when this runs as root.
  chmodSync(folder, 0o755)
  writeFileSync(
    path,
    `daemon off; pid ${folder}/${name}.pid; error_log stderr error; worker_processes 1;
     events { worker_connections 8192; }
     http {
       access_log off; keepalive_requests 1000000; keepalive_timeout 300s; sendfile on;
       client_max_body_size 16m; client_body_buffer_size 256k;
       client_body_temp_path ${folder}/${name}-body; proxy_temp_path ${folder}/${name}-proxy;
       fastcgi_temp_path ${folder}/${name}-f; uwsgi_temp_path ${folder}/${name}-u;
       scgi_temp_path ${folder}/${name}-s; open_file_cache max=100;
       ${servers}
     }`,
  )
  return startMeasured('nginx', ['-p', folder, '-c', path, '-e', 'stderr'])
}
