@echo off
rem Starts SkyrimNet Proxy: double-click it, or run.bat [options] (run.bat --help lists them).
rem
rem Needs Java 25 or newer, finds it by itself and offers to install it where there is none. The
rem jar is taken from beside this file or from build\; where the sources are here it is built
rem first when it is missing or older than they are, for which the Java must be a JDK. All
rem options are passed on.
rem
rem Paths may hold blanks, parentheses, ampersands and exclamation marks: so they are always
rem quoted, never expanded inside a block in parentheses, never arguments of a call, and delayed
rem expansion is off. Java reads its arguments by code page and cuts paths at semicolons: so it is
rem started in this folder, with a path that is relative to it, and told the caller's folder,
rem which relative options are meant from.

setlocal EnableExtensions DisableDelayedExpansion
set "SKYRIMNET_PROXY_FROM=%CD%"
set "NEEDED=25"
set "STATUS=1"
pushd "%~dp0"

set "JAR=skyrimnet-proxy.jar"
if exist src\build\Build.java goto build
if not exist "%JAR%" set "JAR=build\skyrimnet-proxy.jar"
goto start

:build
set "JAR=build\skyrimnet-proxy.jar"
set "WANTED=javac"
set "KIND=JDK"
call :find
if defined FOUND goto compile
if exist "%JAR%" goto start
call :install
if not defined FOUND goto end

:compile
"%FOUND%\bin\java.exe" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 src\build\Build.java --if-older
set "STATUS=%ERRORLEVEL%"
if "%STATUS%"=="0" goto start
echo The build failed: see above. >&2
goto end

:start
set "STATUS=1"
if exist "%JAR%" goto run
echo skyrimnet-proxy.jar is missing: put it beside run.bat, or unpack the whole zip first. >&2
goto end

:run
set "WANTED=java"
set "KIND=JRE"
call :find
if not defined FOUND call :install
if not defined FOUND goto end

rem Java starts in half the time from a cache of this jar's classes, which the proxy makes in a
rem quiet minute. Nothing but its name says that it is of this jar and this Java. Where the mark is
rem left beside it, the last start with it did not come up. SKYRIMNET_PROXY_CACHE=off does without.
set "USE="
if /i "%SKYRIMNET_PROXY_CACHE%"=="off" goto launch
set "SKYRIMNET_PROXY_CACHE="
if not defined LOCALAPPDATA goto launch
set "SUM="
for /f "skip=1 delims=" %%H in ('%SystemRoot%\System32\certutil.exe -hashfile "%JAR%" SHA256 2^>nul') do if not defined SUM set "SUM=%%H"
if not defined SUM goto launch
set "VERSION="
for /f "usebackq tokens=1,2 delims==" %%A in ("%FOUND%\release") do if "%%A"=="JAVA_VERSION" set "VERSION=%%~B"
set "SKYRIMNET_PROXY_CACHE=%LOCALAPPDATA%\skyrimnet-proxy\java-%VERSION%-g1-%SUM: =%.aot"
if exist "%SKYRIMNET_PROXY_CACHE%.starting" goto drop
if not exist "%SKYRIMNET_PROXY_CACHE%" goto launch
call :mark 2>nul
if exist "%SKYRIMNET_PROXY_CACHE%.starting" set USE=-XX:AOTCache="%SKYRIMNET_PROXY_CACHE%" -Xlog:disable
goto launch
:drop
del "%SKYRIMNET_PROXY_CACHE%" "%SKYRIMNET_PROXY_CACHE%.starting" 2>nul

:launch
rem Beside a game memory counts: a small heap, collected early and by few threads. No
rem TieredStopAtLevel=1: long prompts would take three times as long, and TLS twice.
"%FOUND%\bin\java.exe" -XX:+UseG1GC -Xms16m -Xmx512m -XX:MaxNewSize=12m -XX:GCTimeRatio=2 -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=20 -XX:InitiatingHeapOccupancyPercent=35 -XX:-G1UseAdaptiveIHOP -XX:ParallelGCThreads=2 -XX:G1ConcRefinementThreads=0 -XX:ConcGCThreads=1 %USE% -jar "%JAR%" %*
set "STATUS=%ERRORLEVEL%"

rem A window that closes at once with its error helps nobody. A double click starts cmd /c, and
rem 130 is Ctrl-C.
:end
popd
if "%STATUS%"=="0" goto done
if "%STATUS%"=="130" goto done
setlocal EnableDelayedExpansion
set "LINE=!CMDCMDLINE!"
if not "!LINE:/c=!"=="!LINE!" pause
endlocal
:done
exit /b %STATUS%

rem Its error, where nothing can be written, is the line's own and needs a call to be silenced.
:mark
type nul >"%SKYRIMNET_PROXY_CACHE%.starting"
exit /b

rem Offers to have Windows install Java, and looks for it again.
:install
%SystemRoot%\System32\where.exe winget >nul 2>nul
if errorlevel 1 goto link
set "ANSWER="
set /p "ANSWER=Java %NEEDED% is missing. Install it now? [Y/N] "
if not defined ANSWER goto link
set "ANSWER=%ANSWER:"=%"
if /i not "%ANSWER:~0,1%"=="Y" goto link
call winget install --exact --id EclipseAdoptium.Temurin.%NEEDED%.%KIND%
call :find
if defined FOUND exit /b
echo Java %NEEDED% could not be installed: see above. >&2
:link
echo Java %NEEDED% is missing: install Temurin %NEEDED% (%KIND%) from >&2
echo https://adoptium.net/temurin/releases/?version=%NEEDED% and start run.bat again. >&2
start "" /d "%SystemRoot%" "https://adoptium.net/temurin/releases/?version=%NEEDED%"
exit /b

rem Sets FOUND to the home of the first Java that is new enough and has bin\WANTED.exe, one whose
rem virtual threads can be trusted before one whose can not, or to nothing. Whoever sets JAVA_HOME
rem or PATH has chosen; then come the places of the installers, of winget, scoop and IDEs, and
rem those that installers wrote into the registry.
:find
set "FOUND="
set "SECOND="
if not defined JAVA_HOME goto find_on_path
set "CANDIDATE=%JAVA_HOME:"=%"
call :consider
:find_on_path
for /f "delims=" %%J in ('%SystemRoot%\System32\where.exe %WANTED%.exe 2^>nul') do set "CANDIDATE=%%~dpJ.."& call :consider
set "PROGRAMS=%ProgramFiles%"
if defined ProgramW6432 set "PROGRAMS=%ProgramW6432%"
for %%V in ("Eclipse Adoptium" Java Microsoft Zulu "Amazon Corretto" BellSoft SapMachine OpenJDK) do set "PLACE=%PROGRAMS%\%%~V"& call :search
for %%V in ("Eclipse Adoptium" Java Microsoft Zulu) do set "PLACE=%LOCALAPPDATA%\Programs\%%~V"& call :search
for %%V in ("%LOCALAPPDATA%\Microsoft" "%PROGRAMS%") do set "PLACE=%%~V\WinGet\Packages"& call :search
for %%V in ("%SCOOP%" "%USERPROFILE%\scoop" "%ProgramData%\scoop") do set "PLACE=%%~V\apps"& call :search
set "PLACE=%USERPROFILE%\.jdks"
call :search
if defined FOUND exit /b
for %%K in (HKCU HKLM) do for /f "tokens=1,2*" %%A in ('%SystemRoot%\System32\reg.exe query %%K\SOFTWARE\JavaSoft /s 2^>nul') do if "%%A"=="JavaHome" set "CANDIDATE=%%C"& call :consider
if not defined FOUND set "FOUND=%SECOND%"
exit /b

rem Considers what is in PLACE, one or two folders deep. A pushd that worked leaves ERRORLEVEL as
rem it was.
:search
if defined FOUND exit /b
pushd "%PLACE%" 2>nul || exit /b
for /d %%D in (*) do set "CANDIDATE=%%~fD"& call :look_inside
popd
exit /b

:look_inside
if exist "%CANDIDATE%\bin\" goto consider
pushd "%CANDIDATE%" 2>nul || exit /b
for /d %%E in (*) do set "CANDIDATE=%%~fE"& call :consider
popd
exit /b

:consider
if defined FOUND exit /b
if not exist "%CANDIDATE%\bin\%WANTED%.exe" exit /b
if not exist "%CANDIDATE%\release" exit /b
set "MAJOR=0"
for /f "usebackq tokens=1,2 delims==" %%A in ("%CANDIDATE%\release") do if "%%A"=="JAVA_VERSION" for /f "tokens=1-3 delims=.-+_ " %%M in ("%%~B") do set "MAJOR=%%M"& set "MINOR=%%N"& set "UPDATE=%%O"
if %MAJOR% LSS %NEEDED% exit /b
if not defined SECOND set "SECOND=%CANDIDATE%"
if not defined MINOR set "MINOR=0"
if not defined UPDATE set "UPDATE=0"
if "%MAJOR%.%MINOR%"=="25.0" if %UPDATE% LSS 4 exit /b
if "%MAJOR%.%MINOR%.%UPDATE%"=="26.0.0" exit /b
if "%MINOR%"=="ea" exit /b
set "FOUND=%CANDIDATE%"
exit /b
