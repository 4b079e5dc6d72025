# 网站服务 gunicorn 的设置；make run 和容器共用。监听地址由命令行给出。
import os

wsgi_app = "perfgoals.wsgi:application"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
# 单个请求最长 120 秒；停止时给进行中的请求 5 秒。
timeout = 120
graceful_timeout = 5
# 工作进程处理一定数量的请求后换新，内存不会越用越多。
max_requests = 5000
max_requests_jitter = 500
errorlog = "-"
control_socket_disable = True
