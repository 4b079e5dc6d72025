#!/bin/sh
# 安装缺少的 Debian 软件包。用法：install_packages.sh 软件包名……
# 全部已装好时不联网、不要求任何权限。
set -eu
PATH="$PATH:/usr/sbin:/sbin"
export PATH

if ! command -v apt-get >/dev/null 2>&1; then
    echo "本机不是 Debian 系统，请自行安装与下列软件包相当的软件：$*" >&2
    exit 0
fi

missing=
for package in "$@"; do
    status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

refuse() {
    echo "缺少系统软件包：${missing# }" >&2
    echo "$1" >&2
    echo "请由管理员执行：apt-get install$missing" >&2
    exit 1
}

if [ "$(id -u)" = 0 ]; then
    as_root=
elif ! command -v sudo >/dev/null 2>&1; then
    refuse "安装需要 root 权限：当前不是 root，本机也没有 sudo。"
elif sudo -n true 2>/dev/null; then
    as_root="sudo -n"
elif [ -t 0 ]; then
    echo "安装系统软件包需要管理员权限，请按提示输入 sudo 密码。"
    as_root=sudo
else
    refuse "安装需要 root 权限：sudo 要求输入密码，而现在没有终端可以输入。"
fi

echo "安装系统软件包：${missing# }"
# 另一个安装程序正在进行时等它结束；安装过程不提问。
apt="$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0"
# shellcheck disable=SC2086
{
    $apt update || echo "更新软件包目录没有全部成功，继续尝试安装。" >&2
    $apt install -y --no-install-recommends $missing
} </dev/null || refuse "安装没有成功，原因见上。"
