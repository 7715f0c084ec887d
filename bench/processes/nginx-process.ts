import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessOptions } from './processes.ts'

/** An nginx with one worker and the given server blocks; its files are in a new folder. */
export function nginxProcess(folder: string, name: string, servers: string): ProcessOptions {
  const home = mkdtempSync(join(folder, `${name}-`))
  const path = join(home, 'nginx.conf')
  // nginx's workers run as another user when this runs as root.
  chmodSync(folder, 0o755)
  chmodSync(home, 0o777)
  writeFileSync(
    path,
    `daemon off; pid ${home}/nginx.pid; error_log stderr error; worker_processes 1;
     worker_rlimit_nofile 20000;
     events { worker_connections 8192; }
     http {
       access_log off; keepalive_requests 1000000; keepalive_timeout 300s; sendfile on;
       client_max_body_size 16m; client_body_buffer_size 256k;
       client_body_temp_path ${home}/body; proxy_temp_path ${home}/proxy;
       fastcgi_temp_path ${home}/f; uwsgi_temp_path ${home}/u; scgi_temp_path ${home}/s;
       open_file_cache max=100;
       ${servers}
     }`,
  )
  return { name, command: 'nginx', args: ['-p', home, '-c', path, '-e', 'stderr'] }
}
